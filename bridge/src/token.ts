import { createHash, randomBytes, timingSafeEqual } from 'node:crypto'

/** A fresh start token: 32 random bytes. */
export function randomToken(): string {
  return randomBytes(32).toString('base64url')
}

/** Compares digests in constant time, so that neither the length nor the first wrong character shows in how long it takes. */
export function sameToken(a: string, b: string): boolean {
  const digest = (text: string) => createHash('sha256').update(text).digest()
  return timingSafeEqual(digest(a), digest(b))
}
