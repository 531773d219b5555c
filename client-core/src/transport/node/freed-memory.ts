/** Twice as much is kept. glibc would learn from up to 32 MiB (`M_MMAP_THRESHOLD`), but that much brings V8 to mark its heap at once. */
const block = 16 * 1024 * 1024

let isAsked = false

/**
 * Lets the process keep up to 32 MiB of what it has freed, for the next frames and what is decompressed out of them, once per process.
 *
 * glibc gives back to the system what is freed in large blocks, and each page of a block that it then asks for anew costs a fault: 0.2 us per kB that a
 * consumer reads, a fifth of all its work. How much it keeps follows from the largest block that it has seen freed, so it is shown one, which nobody has
 * written to. Where the size is set from outside (`MALLOC_TRIM_THRESHOLD_`), and with other allocators, this changes nothing.
 */
export function keepFreedMemory(): void {
  if (isAsked) return
  isAsked = true
  try {
    // Freed with the next collection of young objects.
    new ArrayBuffer(block)
  } catch {
    // A process that may not have so much has no use for it.
  }
}
