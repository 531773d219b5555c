/** Which page is shown. Topics comes with the first load, the others when they are first opened. */
import { lazy, Suspense } from 'react'
import { TopicsPage } from '../topics/TopicsPage.js'
import { useRoute } from './app.js'
import { ErrorBoundary } from './ErrorBoundary.js'

const TopicPage = lazy(() => import('../topic/TopicPage.js'))
const MessagesPage = lazy(() => import('../messages/MessagesPage.js'))
const GroupsPage = lazy(() => import('../groups/GroupsPage.js'))
const GroupPage = lazy(() => import('../groups/GroupPage.js'))
const WirePage = lazy(() => import('../wire/WirePage.js'))
const MetricsPage = lazy(() => import('../metrics/MetricsPage.js'))

export function Pages() {
  const place = useRoute(route => route.place)
  const name = place.page === 'topic' ? place.topic : place.page === 'group' ? place.group : ''
  return (
    <ErrorBoundary resetKey={`${place.page} ${name}`}>
      <Suspense fallback={<section className="page" aria-busy="true" />}>
        <PageOf />
      </Suspense>
    </ErrorBoundary>
  )
}

function PageOf() {
  const place = useRoute(route => route.place)
  switch (place.page) {
    case 'topics':
      return <TopicsPage />
    case 'topic':
      return <TopicPage key={place.topic} topic={place.topic} tab={place.tab} />
    case 'messages':
      return <MessagesPage />
    case 'groups':
      return <GroupsPage />
    case 'group':
      return <GroupPage key={place.group} group={place.group} tab={place.tab} />
    case 'wire':
      return <WirePage />
    case 'metrics':
      return <MetricsPage />
    case 'unknown':
      return <NotFound path={place.path} />
  }
}

function NotFound({ path }: { path: string }) {
  return (
    <section className="page">
      <div className="bar">
        <h1>Not found</h1>
      </div>
      <p className="empty">
        No view has the address <span className="mono">{path}</span>.
      </p>
    </section>
  )
}
