/**
 * Messages in the encoding of Protocol Buffers, as pieces that are never copied together: weights go from memory to
 * the file as they are.
 *
 * @see https://protobuf.dev/programming-guides/encoding/
 * @module
 */

enum WireType {
  Varint = 0,
  Length = 2,
  Fixed32 = 5,
}

/** Bytes that are longer are kept as a piece of their own. */
const COPIED = 256;
const SEVEN_BITS = 128;

/** A message that is being written, field by field. */
export class Message {
  readonly #pieces: Uint8Array[] = [];
  #tail: number[] = [];
  #length = 0;

  /** How many bytes it has. */
  get byteLength(): number {
    return this.#length + this.#tail.length;
  }

  /** The bytes, in pieces. */
  get pieces(): readonly Uint8Array[] {
    this.#cut();
    return this.#pieces;
  }

  /** Adds a whole number; a negative one in two's complement of 64 bits. */
  int(field: number, value: number): this {
    this.#tag(field, WireType.Varint);
    this.#varint(value);
    return this;
  }

  /** Adds a number of 32 bits. */
  float(field: number, value: number): this {
    this.#tag(field, WireType.Fixed32);
    this.#tail.push(...new Uint8Array(new Float32Array([value]).buffer));
    return this;
  }

  /** Adds bytes, which must not change from then on. */
  bytes(field: number, bytes: Uint8Array): this {
    this.#tag(field, WireType.Length);
    this.#varint(bytes.length);
    this.#append(bytes);
    return this;
  }

  /** Adds a text; nothing where it is empty. */
  text(field: number, text: string): this {
    return text === "" ? this : this.bytes(field, new TextEncoder().encode(text));
  }

  /** Adds a message that is finished. */
  message(field: number, message: Message): this {
    this.#tag(field, WireType.Length);
    this.#varint(message.byteLength);
    for (const piece of message.pieces) this.#append(piece);
    return this;
  }

  #tag(field: number, type: WireType): void {
    this.#varint(field * 8 + type);
  }

  #varint(value: number): void {
    if (value < 0) {
      this.#bigVarint(BigInt.asUintN(64, BigInt(value)));
      return;
    }
    while (value >= SEVEN_BITS) {
      this.#tail.push(value % SEVEN_BITS + SEVEN_BITS);
      value = Math.floor(value / SEVEN_BITS);
    }
    this.#tail.push(value);
  }

  #bigVarint(value: bigint): void {
    while (value >= 128n) {
      this.#tail.push(Number(value % 128n) + SEVEN_BITS);
      value /= 128n;
    }
    this.#tail.push(Number(value));
  }

  #append(bytes: Uint8Array): void {
    if (bytes.length <= COPIED) {
      this.#tail.push(...bytes);
      return;
    }
    this.#cut();
    this.#pieces.push(bytes);
    this.#length += bytes.length;
  }

  /** Makes a piece of what was gathered. */
  #cut(): void {
    if (this.#tail.length === 0) return;
    this.#pieces.push(new Uint8Array(this.#tail));
    this.#length += this.#tail.length;
    this.#tail = [];
  }
}
