/** A sandbox cluster on free loopback ports, filled with sample data. Loaded only when it is asked for. */
export async function startSandbox(): Promise<{ brokers: string[]; close(): Promise<void> }> {
  const [{ createSandbox, fillWithSampleData }, { listen }, { codec }] = await Promise.all([
    import('@milena/client-core/sandbox'),
    import('@milena/client-core/sandbox/node'),
    import('@milena/client-core/compression'),
  ])
  // What a person writes there is bounded, too: the oldest segments of a partition go.
  const sandbox = await createSandbox({ codec, brokerConfigs: { 'log.retention.bytes': '67108864' } })
  try {
    const { seedBrokers } = await listen(sandbox)
    const stopFeed = await fillWithSampleData(sandbox, { codec })
    const close = () => {
      stopFeed()
      return sandbox.close()
    }
    return { brokers: seedBrokers, close }
  } catch (error) {
    await sandbox.close()
    throw error
  }
}
