import { inspect } from 'node:util';

/** What node:test's run() tells about one test; of an event only what is counted here. */
export interface TestEvent {
  readonly type: string;
  readonly data: {
    readonly name?: string;
    readonly nesting?: number;
    readonly file?: string | undefined;
    readonly message?: string;
    readonly skip?: string | boolean | undefined;
    readonly todo?: string | boolean | undefined;
    readonly details?: { readonly type?: string | undefined; readonly error?: unknown };
  };
}

export interface Failure {
  readonly file: string;
  readonly name: string;
  readonly text: string;
}

export interface Tally {
  passed: number;
  readonly failures: Failure[];
  /** Reasons, one for each skipped test. */
  readonly skipped: string[];
  /** Diagnostics that begin with `golden:` or `this machine:`. */
  readonly golden: string[];
  /** Tests that passed, by file. */
  readonly files: Map<string, number>;
  /** What a file has printed, by file: shown only when something in it failed. */
  readonly output: Map<string, string>;
  /** By file and nesting: results seen since the last one a level above, so that a parent is told from a leaf. */
  readonly children: Map<string, number[]>;
}

const LONGEST_OUTPUT = 20_000;
/** What a run is to show beside its counts: figures of recordings, and how this machine compares with the engine. */
const GOLDEN = /^(?:golden|this machine):/;

/** @returns a tally with nothing in it. */
export function newTally(): Tally {
  return { passed: 0, failures: [], skipped: [], golden: [], files: new Map(), output: new Map(), children: new Map() };
}

/** Results come children first; @returns whether any came since the last result on this level. */
function hasChildren(tally: Tally, file: string, nesting: number): boolean {
  const levels = tally.children.get(file) ?? [];
  tally.children.set(file, levels);
  const children = (levels[nesting + 1] ?? 0) > 0;
  levels[nesting + 1] = 0;
  levels[nesting] = (levels[nesting] ?? 0) + 1;
  return children;
}

function errorText(error: unknown): string {
  const cause = error instanceof Error && error.cause !== undefined ? error.cause : error;
  return typeof cause === 'string' ? cause : inspect(cause, { depth: 6, breakLength: 160, maxStringLength: LONGEST_OUTPUT });
}

function failureType(error: unknown): string {
  return typeof error === 'object' && error !== null ? String((error as { failureType?: unknown }).failureType) : '';
}

function addResult(tally: Tally, event: TestEvent): void {
  const { name = '', nesting = 0, file = '', skip, todo, details } = event.data;
  const parent = hasChildren(tally, file, nesting) || details?.type === 'suite';
  if (event.type === 'test:fail' && todo === undefined) {
    // A parent that only hands on what failed below it is no failure of its own; one whose own code or hook failed is.
    if (parent && failureType(details?.error) === 'subtestsFailed') return;
    tally.failures.push({ file, name, text: errorText(details?.error) });
  } else if (skip !== undefined && skip !== false) {
    tally.skipped.push(typeof skip === 'string' ? skip : 'no reason given');
  } else if (todo !== undefined && todo !== false) {
    tally.skipped.push(`todo${typeof todo === 'string' ? ` ${todo}` : ''}`);
  } else if (name === file) {
    tally.failures.push({ file, name: 'the whole file', text: 'there is no test in it' });
  } else if (!parent) {
    tally.passed += 1;
    tally.files.set(file, (tally.files.get(file) ?? 0) + 1);
  }
}

/** Adds an event of run() to the tally. */
export function addEvent(tally: Tally, event: TestEvent): void {
  const { file = '', message = '' } = event.data;
  if (event.type === 'test:pass' || event.type === 'test:fail') addResult(tally, event);
  else if (event.type === 'test:diagnostic' && GOLDEN.test(message)) tally.golden.push(message);
  else if (event.type === 'test:stdout' || event.type === 'test:stderr')
    tally.output.set(file, `${tally.output.get(file) ?? ''}${message}`.slice(-LONGEST_OUTPUT));
}

/** @returns failures for golden figures that compared nothing: `0/0` proves nothing and must not look like success. */
export function emptyFigures(tally: Tally): Failure[] {
  return tally.golden.filter((line) => /\b0\/0\b/.test(line)).map((line) => ({ file: '', name: 'golden figures', text: `a figure with the total 0: ${line}` }));
}

/**
 * The last two lines of a test run.
 * @returns `K skipped: reason (n); ...` and `N passed, M failed`
 */
export function closingLines(tally: Tally): string {
  const reasons = new Map<string, number>();
  for (const reason of tally.skipped) {
    const line = reason.replace(/\s+/g, ' ').trim();
    reasons.set(line, (reasons.get(line) ?? 0) + 1);
  }
  const texts = [...reasons].sort(([a], [b]) => (a < b ? -1 : 1)).map(([reason, count]) => (count > 1 ? `${reason} (${count})` : reason));
  return `${tally.skipped.length} skipped: ${texts.join('; ') || 'none'}\n${tally.passed} passed, ${tally.failures.length} failed\n`;
}
