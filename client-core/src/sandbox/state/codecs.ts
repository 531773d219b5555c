import type { Codec, CodecName } from '../../compression/codec.js'
import { ClientError } from '../../error.js'
import type { RecordBatch } from '../../records/batch.js'

/** Loads a codec on first use, as `codec` of the compression package does. */
export type CodecLoader = (name: CodecName) => Codec | Promise<Codec>

/** The codecs that the embedder handed in. Without any, compressed batches are stored and served as they are and taken on trust. */
export class Codecs {
  readonly #loaded = new Map<CodecName, Codec>()

  constructor(private readonly load: CodecLoader | undefined) {}

  /** A codec that was used to write is good to read with, too. */
  know(codec: Codec): void {
    this.#loaded.set(codec.name, codec)
  }

  /** A codec that was used before. */
  loaded(name: CodecName): Codec | undefined {
    return this.#loaded.get(name)
  }

  /** Opens the batch where that is possible; look at `isOpen` afterwards. */
  async open(batch: RecordBatch): Promise<void> {
    const name = batch.codec
    if (batch.isOpen || !name) return
    const codec = this.#loaded.get(name) ?? (await this.load?.(name))
    if (!codec) return
    this.know(codec)
    await batch.open(codec)
  }

  /**
   * Opens the batch at once.
   * @throws ClientError `UNKNOWN_CODEC` when its codec has not been loaded, or answers with a promise.
   */
  openNow(batch: RecordBatch): void {
    if (batch.isOpen || !batch.codec) return
    const codec = this.#loaded.get(batch.codec)
    if (codec && batch.open(codec) === undefined) return
    throw new ClientError(
      'UNKNOWN_CODEC',
      `the batch at offset ${batch.baseOffset} is compressed with ${batch.codec}: give createSandbox the option codec to look into it`,
    )
  }
}
