import { SaslFailure } from './mechanism.js'

/*
 * RFC 4013, over the tables of RFC 3454. Those are of Unicode 3.2; where today's Unicode can say the same it does, so that characters that were
 * added since are allowed and have the properties that they have now.
 */

/** C.1.2: spaces other than the usual one. */
const spaces = /[\u00a0\u1680\u2000-\u200b\u202f\u205f\u3000]/gu
/** B.1: what is mapped to nothing. */
const nothing = /\u034f|[\u180b-\u180d]|[\ufe00-\ufe0f]|[\u00ad\u1806\u200b-\u200d\u2060\ufeff]/gu

/** C.2 to C.9, and what Unicode has not given a meaning. */
const prohibited: readonly (readonly [what: string, characters: RegExp])[] = [
  [
    'a control character',
    /[\p{Cc}\u06dd\u070f\u180e\u200c-\u200d\u2028\u2029\u2060-\u2063\u206a-\u206f\ufeff\ufff9-\ufffc\u{1d173}-\u{1d17a}]/u,
  ],
  ['a character for private use', /\p{Co}/u],
  ['half of a surrogate pair', /\p{Cs}/u],
  ['a replacement character', /\ufffd/u],
  ['an ideographic description character', /[\u2ff0-\u2ffb]/u],
  ['a character that changes how text is displayed', /[\u0340\u0341\u200e\u200f\u202a-\u202e]/u],
  ['a tag character', /[\u{e0001}\u{e0020}-\u{e007f}]/u],
  ['a character that Unicode does not define', /\p{Cn}/u],
]

/** D.1: letters that are written from right to left. */
const rightToLeft =
  /[\u05be\u05c0\u05c3\u05d0-\u05ea\u05f0-\u05f4\u061b\u061f\u0621-\u063a\u0640-\u064a\u066d-\u066f\u0671-\u06d5\u06dd\u06e5\u06e6\u06fa-\u06fe\u0700-\u070d\u0710\u0712-\u072c\u0780-\u07a5\u07b1\u200f\ufb1d\ufb1f-\ufb28\ufb2a-\ufb36\ufb38-\ufb3c\ufb3e\ufb40\ufb41\ufb43\ufb44\ufb46-\ufbb1\ufbd3-\ufd3d\ufd50-\ufd8f\ufd92-\ufdc7\ufdf0-\ufdfc\ufe70-\ufe74\ufe76-\ufefc]/u
/** D.2 is every letter, spacing mark and letter number that is not in D.1. */
const letter = /[\p{L}\p{Mc}\p{Nl}]/u

/**
 * A name or password in the one form that all ways to type it have in common.
 * @throws SaslFailure for characters that RFC 4013 does not allow; the text itself is not in its message.
 */
export function saslPrep(text: string): string {
  const prepared = text.replace(spaces, ' ').replace(nothing, '').normalize('NFKC')
  for (const [what, characters] of prohibited) {
    if (characters.test(prepared)) throw new SaslFailure(`a name or password holds ${what}, which RFC 4013 does not allow`)
  }
  checkDirections([...prepared])
  return prepared
}

/** RFC 3454, section 6: text that runs from right to left does so from its first character to its last. */
function checkDirections(characters: readonly string[]): void {
  if (!characters.some(character => rightToLeft.test(character))) return
  const ends = rightToLeft.test(characters[0]) && rightToLeft.test(characters[characters.length - 1])
  if (ends && characters.every(character => rightToLeft.test(character) || !letter.test(character))) return
  throw new SaslFailure('a name or password mixes directions of writing in a way that RFC 4013 does not allow')
}
