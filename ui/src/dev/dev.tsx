/** The explorer over the fake session, for work on pages without a cluster: `npx vite`, then /dev.html. Not part of the build. */
import { createRoot } from 'react-dom/client'
import { createApp } from '../app/app.js'
import { Root } from '../app/Frame.js'
import { createFakeSession } from '../session/testing/fake.js'
import '../styles/index.css'

const options = new URLSearchParams(window.location.search)
const fake = createFakeSession({
  livePerSecond: Number(options.get('live') ?? 4),
  extraTopics: Number(options.get('topics') ?? 0),
  delayMs: Number(options.get('delay') ?? 0),
  failAfter: options.has('fail') ? Number(options.get('fail')) : null,
})
const app = createApp({ session: fake.session, window, token: null, bridge: 'ws://127.0.0.1' })
Object.assign(window, { fake })
createRoot(document.getElementById('root')!).render(<Root app={app} />)
