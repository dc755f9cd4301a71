/** Bit `index` of a bit array, least significant bit of each byte first. The index may exceed 32 bits. */
export function isSet(bits: Uint8Array, index: number): boolean {
  const byte = Math.floor(index / 8);
  return (((bits[byte] ?? 0) >> (index - byte * 8)) & 1) === 1;
}
