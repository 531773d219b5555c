import { spawn } from 'node:child_process'

/** Opens a page in the person's browser, where there is a display. A browser that cannot be started is no error: the URL is printed as well. */
export function openPage(url: string, { platform, env }: Pick<NodeJS.Process, 'platform' | 'env'> = process): void {
  const command = opener(platform, env)
  if (!command) return
  const child = spawn(command[0], [...command.slice(1), url], { stdio: 'ignore', detached: true })
  child.on('error', () => {})
  child.unref()
}

/** The command that opens a URL; none without a display. */
export function opener(platform: NodeJS.Platform, env: NodeJS.ProcessEnv): string[] | undefined {
  if (platform === 'darwin') return ['open']
  // The empty string is the window's title, which `start` takes first.
  if (platform === 'win32') return ['cmd', '/c', 'start', '']
  return env.DISPLAY || env.WAYLAND_DISPLAY ? ['xdg-open'] : undefined
}
