import { testContracts } from "./_plugins.ts";

testContracts("layer");
