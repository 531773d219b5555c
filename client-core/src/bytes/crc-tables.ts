/**
 * Tables of a reflected CRC-32 polynomial: table k advances a byte over k further zero bytes. The first alone serves a loop over bytes; with
 * sixteen, sixteen bytes need sixteen look-ups that do not wait for each other ("slicing by 16").
 */
export function crcTables(polynomial: number, count: number): Int32Array[] {
  const first = new Int32Array(256)
  for (let byte = 0; byte < 256; byte++) {
    let crc = byte
    for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >>> 1) ^ polynomial : crc >>> 1
    first[byte] = crc
  }
  const tables = [first]
  for (let k = 1; k < count; k++) tables.push(tables[k - 1].map(crc => (crc >>> 8) ^ first[crc & 255]))
  return tables
}
