/** Why Kafka refuses a topic name, or undefined when it takes it. */
export function topicNameProblem(name: string): string | undefined {
  if (name === '') return 'the empty string is not allowed'
  if (name === '.' || name === '..') return "'.' or '..' is not allowed"
  if (name.length > 249) return `the length of '${name}' is longer than the max allowed length 249`
  if (!/^[a-zA-Z0-9._-]+$/.test(name)) return `'${name}' contains one or more characters other than ASCII alphanumerics, '.', '_' and '-'`
  return undefined
}

/** Names that differ in '.' and '_' alone would share their metrics' names: Kafka refuses the second. */
export function collides(name: string, existing: Iterable<string>): string | undefined {
  if (!/[._]/.test(name)) return undefined
  const folded = name.replaceAll('.', '_')
  for (const other of existing) if (other !== name && other.replaceAll('.', '_') === folded) return other
  return undefined
}
