/** axe-core over every page, in both themes and on a phone: no serious or critical fault. */
import axe from 'axe-core'
import { afterEach, describe, expect, test } from 'vitest'
import { fault } from '../session/testing/fake.js'
import { type Mounted, mount, PHONE, press, until, WIDE } from './testing/mount.js'

let page: Mounted
afterEach(() => page.unmount())

interface Look {
  name: string
  hash: string
  ready: string
  /** Before looking. */
  act?(): unknown
}

const looks: Look[] = [
  { name: 'topics', hash: '#/-/topics', ready: '[data-row]' },
  { name: 'topics, none match', hash: '#/-/topics?f=zzz', ready: '.empty' },
  { name: 'messages', hash: '#/-/topics/orders.events/messages', ready: '[data-row]' },
  { name: 'an open record', hash: '#/-/topics/orders.dlq/messages?from=oldest&open=0:5', ready: '.xrow' },
  { name: 'open bytes', hash: '#/-/topics/orders.dlq/messages?from=oldest&open=0:5&rt=bytes', ready: '.xrow .hex' },
  {
    name: 'open headers',
    hash: '#/-/topics/orders.events/messages?from=oldest&rt=headers',
    ready: '[data-row]',
    act: () => page.box.querySelector<HTMLElement>('[data-row]')?.click(),
  },
  { name: 'produce', hash: '#/-/topics/orders.events/messages?side=produce', ready: '.side form' },
  { name: 'partitions', hash: '#/-/topics/search.index/partitions', ready: '[data-row]' },
  {
    name: 'configs',
    hash: '#/-/topics/orders.events/configs?all=1',
    ready: '[data-row]',
    act: () => page.box.querySelector<HTMLElement>('[data-row]')?.click(),
  },
  { name: 'messages of several topics', hash: '#/-/messages?topics=orders.dlq,audit.log', ready: '[data-row]' },
  { name: 'groups', hash: '#/-/groups', ready: '[data-row]' },
  { name: 'lag', hash: '#/-/groups/order-fulfilment', ready: '[data-row]' },
  { name: 'members', hash: '#/-/groups/fraud-detector/members', ready: '[data-row]' },
  { name: 'palette', hash: '#/-/topics', ready: '[data-row]', act: () => press('k', document.body, { ctrlKey: true }) },
  { name: 'keys', hash: '#/-/topics', ready: '[data-row]', act: () => press('?', document.body) },
  {
    name: 'offline',
    hash: '#/-/topics',
    ready: '[data-row]',
    act: () => {
      page.setStatus({ state: 'offline', attempt: 2, fault: fault('Metadata not read') })
      page.box.querySelector<HTMLElement>('.cluster')?.click()
    },
  },
]

async function faultsOf(): Promise<string[]> {
  const { violations } = await axe.run(page.box, {
    resultTypes: ['violations'],
    runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'],
  })
  return violations
    .filter(each => each.impact === 'serious' || each.impact === 'critical')
    .flatMap(each =>
      each.nodes.map(
        node => `${each.id} (${each.impact}): ${node.html.slice(0, 160)} — ${node.any.map(check => check.message).join('; ')}`,
      ),
    )
}

const settled = () => new Promise(resolve => setTimeout(resolve, 250))

describe.each([
  ['light', WIDE],
  ['dark', WIDE],
  ['light', PHONE],
] as const)('%s at %s', (theme, size) => {
  test.each(looks)('$name', async ({ hash, ready, act }) => {
    page = await mount(hash, {}, size)
    page.app.prefs.setState({ theme })
    await until(() => page.box.querySelector(ready), ready)
    await act?.()
    await settled()
    expect(await faultsOf()).toEqual([])
  })
})
