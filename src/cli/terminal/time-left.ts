/** How long something goes on, at the pace since it was first seen. */
export function timeLeft(): (done: number, total: number) => { readonly secondsLeft?: number } {
  let from: { readonly done: number; readonly time: number } | undefined;
  return (done, total) => {
    const now = performance.now();
    from ??= { done, time: now };
    const seconds = (now - from.time) / 1000;
    return done > from.done ? { secondsLeft: (seconds / (done - from.done)) * (total - done) } : {};
  };
}
