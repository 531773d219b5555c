export type LogLevel = 'none' | 'error' | 'warn' | 'info' | 'debug'

/** Where the client's messages go. `fields` holds what the message is about: broker, API, error. */
export interface Logger {
  /** Messages above this level are not made. */
  readonly level: LogLevel
  log(level: Exclude<LogLevel, 'none'>, message: string, fields?: Readonly<Record<string, unknown>>): void
}

const rank: Record<LogLevel, number> = { none: 0, error: 1, warn: 2, info: 3, debug: 4 }
export const logs = (logger: Logger, level: LogLevel): boolean => rank[logger.level] >= rank[level]

export const silentLogger: Logger = { level: 'none', log() {} }

/** A logger that writes one line a message: `[LEVEL] prefix message; key: value`. */
export function basicLogger(write: (line: string) => void, level: LogLevel, prefix = ''): Logger {
  return {
    level,
    log(at, message, fields = {}) {
      if (rank[at] > rank[level]) return
      const known = Object.entries(fields).filter(([, value]) => value !== undefined)
      const rest = known.map(([key, value]) => `; ${key}: ${value instanceof Error ? value.message : String(value)}`)
      write(`[${at.toUpperCase()}] ${prefix}${message}${rest.join('')}`)
    },
  }
}

/** A logger that writes to the console: a method for each level, and the fields as they are, for a console to unfold. Default level `info`. */
export function consoleLogger(level: LogLevel = 'info', prefix = 'milena: '): Logger {
  return {
    level,
    log(at, message, fields) {
      if (rank[at] <= rank[level]) console[at](`${prefix}${message}`, ...(fields ? [fields] : []))
    },
  }
}

/** The same logger for the client's own use: what it throws harms nobody. */
export function guarded(logger: Logger): Logger {
  return {
    get level() {
      return logger.level
    },
    log(level, message, fields) {
      try {
        logger.log(level, message, fields)
      } catch {
        // There is nobody left to tell.
      }
    },
  }
}
