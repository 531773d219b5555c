/** A sandbox cluster on free loopback ports. Loaded only when it is asked for. */
export async function startSandbox(): Promise<{ brokers: string[]; close(): Promise<void> }> {
  const [{ createSandbox }, { listen }] = await Promise.all([
    import('@milena/client-core/sandbox'),
    import('@milena/client-core/sandbox/node'),
  ])
  const sandbox = await createSandbox()
  const { seedBrokers } = await listen(sandbox)
  return { brokers: seedBrokers, close: () => sandbox.close() }
}
