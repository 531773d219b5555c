import { createReadStream, type Stats } from 'node:fs'
import { realpath, stat } from 'node:fs/promises'
import type { IncomingMessage, OutgoingHttpHeaders, ServerResponse } from 'node:http'
import { extname, join, sep } from 'node:path'
import { pipeline } from 'node:stream'

const types: Record<string, string> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.json': 'application/json',
  '.map': 'application/json',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.ico': 'image/x-icon',
  '.woff2': 'font/woff2',
  '.wasm': 'application/wasm',
  '.txt': 'text/plain; charset=utf-8',
  '.webmanifest': 'application/manifest+json',
}
/** Made beside a file by a build, smallest first. */
const encodings = [
  ['br', '.br'],
  ['gzip', '.gz'],
] as const

interface Found {
  path: string
  stats: Stats
}

/** Serves the files of a folder, which may be rebuilt meanwhile. False: there is no such file. */
export async function serveFile(
  folder: string,
  path: string,
  request: IncomingMessage,
  response: ServerResponse,
  shared: OutgoingHttpHeaders,
): Promise<boolean> {
  const file = await find(folder, path.endsWith('/') ? `${path}index.html` : path)
  if (!file) return false
  const { found, encoding } = await encoded(folder, file, request)
  const etag = `"${found.stats.size.toString(36)}-${Math.round(found.stats.mtimeMs).toString(36)}${encoding ? `-${encoding}` : ''}"`
  const headers: OutgoingHttpHeaders = {
    ...shared,
    'content-type': types[extname(file.path).toLowerCase()] ?? 'application/octet-stream',
    'cache-control': isHashed(path) ? 'public, max-age=31536000, immutable' : 'no-cache',
    vary: 'accept-encoding',
    etag,
    ...(encoding ? { 'content-encoding': encoding } : {}),
  }
  if (request.headers['if-none-match']?.split(/\s*,\s*/).includes(etag)) {
    response.writeHead(304, headers).end()
    return true
  }
  response.writeHead(200, { ...headers, 'content-length': found.stats.size })
  if (request.method === 'HEAD') response.end()
  // At most what was announced, should the file grow meanwhile; a file that shrank or went away breaks the response off.
  else if (found.stats.size > 0) pipeline(createReadStream(found.path, { end: found.stats.size - 1 }), response, () => {})
  else response.end()
  return true
}

/** Names that a build derives from the content: they never change. */
function isHashed(path: string): boolean {
  return /\/assets\/[^/]*-[\w-]{8,}\.\w+$/.test(path)
}

async function encoded(folder: string, file: Found, request: IncomingMessage): Promise<{ found: Found; encoding?: string }> {
  const accepted = String(request.headers['accept-encoding'] ?? '')
  for (const [encoding, suffix] of encodings) {
    if (!new RegExp(`\\b${encoding}\\b(?!\\s*;\\s*q=0(\\.0*)?\\s*(,|$))`).test(accepted)) continue
    const found = await exists(folder, file.path + suffix)
    if (found && found.stats.mtimeMs >= file.stats.mtimeMs) return { found, encoding }
  }
  return { found: file }
}

/** The file a URL's path means; undefined for one that is not in the folder, is hidden, or is no file. */
async function find(folder: string, path: string): Promise<Found | undefined> {
  let decoded: string
  try {
    decoded = decodeURIComponent(path)
  } catch {
    return undefined
  }
  const parts = decoded.split('/').filter(part => part !== '')
  if (/[\\\0]/.test(decoded) || parts.some(part => part.startsWith('.'))) return undefined
  return exists(folder, join(folder, ...parts))
}

/** Links are followed, but not out of the folder. */
async function exists(folder: string, path: string): Promise<Found | undefined> {
  try {
    const [real, root] = await Promise.all([realpath(path), realpath(folder)])
    if (!real.startsWith(root + sep)) return undefined
    const stats = await stat(real)
    return stats.isFile() ? { path: real, stats } : undefined
  } catch {
    return undefined
  }
}
