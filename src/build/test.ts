import { mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import { join, relative, resolve } from 'node:path';
import { run } from 'node:test';
import { pathToFileURL } from 'node:url';
import { buildAll } from './build.ts';
import { projectRoot } from './project-root.ts';
import { reachedIn, rulesOf, unreached } from './rule-coverage.ts';
import { addEvent, closingLines, emptyFigures, newTally, type Tally, type TestEvent } from './test-tally.ts';

const TIMEOUT_MS = 15 * 60 * 1000;

/** Variables that would make results differ from one developer to the next. */
const DISTURBING = ['NODE_EXTRA_CA_CERTS', 'NO_COLOR', 'FORCE_COLOR', 'CPUEVAL_DEBUG', 'NODE_OPTIONS'];

/** @returns the test files among some files and folders, sorted. */
function testFiles(places: readonly string[]): string[] {
  return places
    .flatMap((place) => {
      if (!statSync(place, { throwIfNoEntry: false })?.isDirectory()) return place.endsWith('.test.ts') ? [place] : [];
      const found = readdirSync(place, { recursive: true, encoding: 'utf8' });
      return found.filter((name) => name.endsWith('.test.ts')).map((name) => join(place, name));
    })
    .sort();
}

function report(tally: Tally): string {
  const name = (file: string): string => relative(projectRoot, file);
  const files = [...tally.files].sort(([a], [b]) => (a < b ? -1 : 1)).map(([file, passed]) => `${String(passed).padStart(6)} passed  ${name(file)}\n`);
  const failures = tally.failures.map(({ file, name: test, text }) => `\nFAILED ${name(file)}: ${test}\n${text}\n`);
  const noisy = [...new Set(tally.failures.map(({ file }) => file))].filter((file) => tally.output.has(file));
  const output = noisy.map((file) => `\nOUTPUT of ${name(file)}\n${tally.output.get(file)}\n`);
  const golden = tally.golden.length > 0 ? ['\n', ...tally.golden.map((line) => `${line}\n`)] : [];
  return [...files, ...failures, ...output, ...golden, '\n'].join('');
}

/** Adds the figure of rules that recordings and tests reach; a rule that none reaches is a failure: write the test, or delete the rule. */
function addRules(tally: Tally, folder: string): void {
  const rules = rulesOf(join(projectRoot, 'src/engine'));
  const left = unreached(rules, reachedIn(folder));
  tally.golden.push(`rules: ${rules.length - left.length}/${rules.length} reached by recordings and tests`);
  if (left.length > 0) tally.failures.push({ file: join(projectRoot, 'src/engine'), name: 'rules that nothing reaches', text: left.join('\n') });
}

/** Lets each process of the tests note the rules it reaches. */
function recordRules(): string {
  const folder = mkdtempSync(join(tmpdir(), 'cpueval-rules-'));
  process.env.CPUEVAL_RULES_REACHED = folder;
  // Children get the words that this process was started with: tsx, and behind it the recorder, which needs it.
  process.execArgv.push('--import', pathToFileURL(join(projectRoot, 'src/build/record-rules.ts')).href);
  return folder;
}

/**
 * Runs tests, each file in a process of its own, as many at a time as there are cores.
 * @param places files or folders
 * @param everything all tests there are: which rules of the engine they reach is counted too
 * @returns the counts; also printed, the two closing lines last
 */
async function test(places: readonly string[], everything: boolean): Promise<Tally> {
  const tally = newTally();
  const files = testFiles(places);
  const rules = everything ? recordRules() : null;
  // Children inherit the loader of this process (tsx), and with no files run() would search for some itself.
  if (files.length > 0) {
    for await (const event of run({ files, concurrency: availableParallelism(), timeout: TIMEOUT_MS })) addEvent(tally, event as TestEvent);
  }
  tally.failures.push(...emptyFigures(tally));
  if (rules !== null) {
    addRules(tally, rules);
    rmSync(rules, { recursive: true, force: true });
  }
  process.stdout.write(report(tally) + closingLines(tally));
  return tally;
}

for (const name of DISTURBING) delete process.env[name];
const words = process.argv.slice(2);
if (!words.includes('--no-build')) process.stdout.write(`${await buildAll(projectRoot)}\n`);
const places = words.filter((word) => !word.startsWith('--'));
const { passed, failures } = await test(places.length > 0 ? places.map((place) => resolve(place)) : [join(projectRoot, 'test')], places.length === 0);
process.exitCode = failures.length > 0 || passed === 0 ? 1 : 0;
