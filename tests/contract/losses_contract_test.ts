import { testContracts } from "./_plugins.ts";

testContracts("loss", "losses");
