/** The page's start: takes the start token out of the URL, opens the session, draws the frame. */
import { createRoot } from 'react-dom/client'
import { createApp } from './app/app.js'
import { Root } from './app/Frame.js'
import { takeStartToken } from './route/token.js'
import { openSession } from './session/open.js'
import './styles/index.css'

const token = takeStartToken(window)
const bridge = `${window.location.protocol === 'https:' ? 'wss' : 'ws'}://${window.location.host}`
const app = createApp({ session: openSession(), window, token, bridge })
const root = document.getElementById('root')
if (!root) throw new Error('index.html has no element #root')
createRoot(root).render(<Root app={app} />)
