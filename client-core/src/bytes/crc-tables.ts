/**
 * The sixteen tables of "slicing by 16" for a reflected CRC-32 polynomial: table k advances a byte over k further zero bytes, so that
 * sixteen bytes need sixteen look-ups that do not wait for each other.
 */
export function crcTables(polynomial: number): Int32Array[] {
  const first = new Int32Array(256)
  for (let byte = 0; byte < 256; byte++) {
    let crc = byte
    for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >>> 1) ^ polynomial : crc >>> 1
    first[byte] = crc
  }
  const tables = [first]
  for (let k = 1; k < 16; k++) {
    const before = tables[k - 1]
    tables.push(before.map(crc => (crc >>> 8) ^ first[crc & 255]))
  }
  return tables
}
