export default function Room() {
  return <p className="empty">Nothing sent yet. Wire records from the moment the client starts; payload bytes only once this panel has been open.</p>
}
