/** As many CPUs as Linux can be built for, and some. */
const MOST_CPUS = 16_384;

/**
 * Reads a list such as `0-3,8` as sysfs writes CPUs and nodes.
 * @param text the file, or null where there is none
 * @returns the numbers; entries that are none are left out
 */
export function cpuList(text: string | null): number[] {
  const numbers: number[] = [];
  for (const part of (text ?? '').slice(0, 100_000).trim().split(',')) {
    const match = /^(\d{1,5})(?:-(\d{1,5}))?$/.exec(part.trim());
    if (!match) continue;
    const last = Number(match[2] ?? match[1]);
    for (let cpu = Number(match[1]); cpu <= last && numbers.length < MOST_CPUS; cpu += 1) numbers.push(cpu);
  }
  return numbers;
}
