/** What a capture has to say besides the profile, in the order it came up. */
export interface Notes {
  readonly list: readonly string[];
  /** @param text one sentence; the same one is kept once */
  say(text: string): void;
}

/** A machine has some dozen things to say; a broken tree must not have thousands. */
const MOST = 60;

/** @returns an empty list of notes. */
export function notes(): Notes {
  const list: string[] = [];
  return {
    list,
    say: (text) => {
      if (list.length < MOST && !list.includes(text)) list.push(text);
    },
  };
}

/** @returns `3 to 5, 9`: CPU numbers for people. */
export function cpuNumbers(cpus: readonly number[]): string {
  const sorted = [...cpus].sort((a, b) => a - b);
  const parts: string[] = [];
  for (let at = 0; at < sorted.length; ) {
    let end = at;
    while (sorted[end + 1] === (sorted[end] as number) + 1) end += 1;
    parts.push(end > at ? `${sorted[at]} to ${sorted[end]}` : `${sorted[at]}`);
    at = end + 1;
  }
  return parts.length > 8 ? `${parts.slice(0, 8).join(', ')} and more` : parts.join(', ');
}
