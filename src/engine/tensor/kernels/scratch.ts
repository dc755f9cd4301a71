/** Globals belong to an instance, and every thread has its own: this is the thread's scratch memory. */
export let scratch: usize = 0;
export let scratchBytes: i32 = 0;

export function setScratch(address: usize, bytes: i32): void {
  scratch = address;
  scratchBytes = bytes;
}
