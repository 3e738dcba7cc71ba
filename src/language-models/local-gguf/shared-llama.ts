/**
 * One llama.cpp for each number of threads, shared by the models that are open: it takes seconds to start, because the
 * package first tries its binary out in a process of its own.
 */
import type { Llama } from "./llama-types.ts";

interface Started {
  readonly llama: Promise<Llama>;
  users: number;
}

const started = new Map<number, Started>();

/** A running llama.cpp, and how to say that it is no longer used; the last one to do so ends it. */
export interface SharedLlama {
  readonly llama: Llama;
  release(): Promise<void>;
}

/** @param start starts one where none runs with so many threads; what it throws reaches all who wait for it */
export async function sharedLlama(threads: number, start: () => Promise<Llama>): Promise<SharedLlama> {
  const shared = started.get(threads) ?? { llama: start(), users: 0 };
  started.set(threads, shared);
  shared.users++;
  const leave = (): boolean => {
    if (--shared.users > 0) return false;
    if (started.get(threads) === shared) started.delete(threads);
    return true;
  };
  let llama: Llama;
  try {
    llama = await shared.llama;
  } catch (error) {
    leave();
    throw error;
  }
  return {
    llama,
    release: async () => {
      if (leave()) await llama.dispose();
    },
  };
}
