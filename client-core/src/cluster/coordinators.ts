export type CoordinatorType = 'group' | 'transaction'

/** Which broker coordinates which group or transactional id. Loads that run for the same key are one; errors are not kept. */
export class CoordinatorCache {
  readonly #nodes = new Map<string, number>()
  readonly #loading = new Map<string, Promise<number>>()

  constructor(private readonly load: (type: CoordinatorType, key: string) => Promise<number>) {}

  find(type: CoordinatorType, key: string): Promise<number> {
    const id = `${type} ${key}`
    const known = this.#nodes.get(id)
    if (known !== undefined) return Promise.resolve(known)
    const loading = this.#loading.get(id)
    if (loading) return loading
    const work = this.load(type, key)
      .then(node => {
        this.#nodes.set(id, node)
        return node
      })
      .finally(() => this.#loading.delete(id))
    this.#loading.set(id, work)
    return work
  }

  forget(type: CoordinatorType, key: string): void {
    this.#nodes.delete(`${type} ${key}`)
  }
  /** A broker that cannot be reached coordinates nothing. */
  forgetNode(nodeId: number): void {
    for (const [id, node] of this.#nodes) if (node === nodeId) this.#nodes.delete(id)
  }
}
