/** What a reader may choose to read bytes with. The decoders themselves load with the pages that show records. */
export type DecoderName = 'json' | 'text' | 'hex' | 'base64' | 'int32' | 'int64'
/** `auto` takes the first that fits of JSON and text, else bytes. */
export type DecoderChoice = 'auto' | DecoderName

export const decoderLabels: Readonly<Record<DecoderChoice, string>> = {
  auto: 'auto',
  json: 'JSON',
  text: 'UTF-8',
  int64: 'int64',
  int32: 'int32',
  hex: 'Hex',
  base64: 'Base64',
}

export const decoderChoices = (Object.keys(decoderLabels) as DecoderChoice[]).map(value => ({ value, label: decoderLabels[value] }))
