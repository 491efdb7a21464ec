import assert from 'node:assert/strict';
import type { TestContext } from 'node:test';

/** Counts matches by kind and keeps the first differences, so that one run tells everything. */
export class Score {
  private readonly kinds = new Map<string, { right: number; total: number }>();
  private readonly misses: string[] = [];

  /** Compares two values as JSON; @param id of the recording. */
  check(kind: string, id: string, got: unknown, expected: unknown): void {
    const row = this.kinds.get(kind) ?? { right: 0, total: 0 };
    this.kinds.set(kind, row);
    row.total++;
    const [one, other] = [JSON.stringify(got), JSON.stringify(expected)];
    if (one === other) row.right++;
    else this.misses.push(`${id} ${kind}: ${difference(got, expected)}`);
  }

  /** @returns whether anything of a kind was compared. */
  has(kind: string): boolean {
    return this.kinds.has(kind);
  }

  /** Prints `golden: <title>: flags 120/120 ...` and fails on any miss and on a kind that compared nothing. */
  report(t: TestContext, title: string, kinds: readonly string[]): void {
    const figures = kinds.map((kind) => `${kind} ${this.kinds.get(kind)?.right ?? 0}/${this.kinds.get(kind)?.total ?? 0}`);
    t.diagnostic(`golden: ${title}: ${figures.join(', ')}`);
    for (const kind of kinds) assert.ok((this.kinds.get(kind)?.total ?? 0) > 0, `${title}: nothing compared for ${kind}`);
    assert.equal(this.misses.length, 0, `\n${this.misses.slice(0, 40).join('\n')}\n... ${this.misses.length} in all`);
  }
}

function difference(got: unknown, expected: unknown): string {
  if (Array.isArray(got) && Array.isArray(expected)) {
    const missing = expected.filter((one) => !got.includes(one));
    const extra = got.filter((one) => !expected.includes(one));
    if (missing.length + extra.length > 0) return `missing [${missing.join(' ')}] extra [${extra.join(' ')}]`;
    return 'same members, other order';
  }
  if (got && expected && typeof got === 'object' && typeof expected === 'object') {
    const [one, other] = [got as Record<string, unknown>, expected as Record<string, unknown>];
    const keys = [...new Set([...Object.keys(one), ...Object.keys(other)])].filter((key) => JSON.stringify(one[key]) !== JSON.stringify(other[key]));
    return keys.map((key) => `${key}: got ${JSON.stringify(one[key])} expected ${JSON.stringify(other[key])}`).join('; ');
  }
  return `got ${JSON.stringify(got)} expected ${JSON.stringify(expected)}`;
}
