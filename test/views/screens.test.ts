import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import test from 'node:test';
import type { DiffReport, EvalReport } from '../../src/engine/model/report.ts';
import { asCpuinfo } from '../../src/views/as-cpuinfo.ts';
import { asSysfs } from '../../src/views/as-sysfs.ts';
import { explainDiff } from '../../src/views/explain.ts';
import { renderDiff, renderEval } from '../../src/views/render.ts';
import { diffTable } from '../../src/views/table/diff-table.ts';
import { evalTable } from '../../src/views/table/eval-table.ts';
import { FOLDER, isEval, names, read } from './fixtures.ts';

/*
 * NAME.json is a report; every other file NAME.<how> says what it looks like: `80.txt`, `all.120.txt`, `only-plan.80.txt`, `colour.80.txt`,
 * `explain-mds.80.txt`, `explain.80.txt`, `md`, `html`, `cpuinfo.txt`, `sysfs.txt`. A new screen is a new file, no code: write an empty one and
 * run this test with UPDATE_SCREENS=1, then read it.
 */

const NEXT = ['cpueval diff --profile one --blob two --explain mds', 'cpueval diff --profile one --blob two --all'];

function screen(report: unknown, how: string): string | Promise<string> {
  const words = how.split('.');
  const width = Number(words.find((word) => /^\d+$/.test(word)) ?? 80);
  const only =
    words
      .find((word) => word.startsWith('only-'))
      ?.slice('only-'.length)
      .split('+') ?? null;
  const explained = words.find((word) => word.startsWith('explain'));
  const options = { width, colour: words.includes('colour'), all: words.includes('all'), only, next: NEXT };
  if (isEval(report)) {
    if (words.includes('cpuinfo')) return asCpuinfo(report);
    if (words.includes('sysfs')) return asSysfs(report);
    if (words.includes('md') || words.includes('html')) return renderEval(report, words.includes('md') ? 'markdown' : 'html', options);
    return evalTable(report as EvalReport, options);
  }
  const diff = report as DiffReport;
  if (explained !== undefined) return explainDiff(diff, explained === 'explain' ? null : explained.slice('explain-'.length), options);
  if (words.includes('md') || words.includes('html')) return renderDiff(diff, words.includes('md') ? 'markdown' : 'html', options);
  return diffTable(diff, options);
}

function screensOf(name: string): string[] {
  return readdirSync(FOLDER).filter((file) => file.startsWith(`${name}.`) && !file.endsWith('.json'));
}

for (const name of names) {
  test(`${name}: drawn at 80, 120 and 200 columns`, () => {
    for (const width of [80, 120, 200]) assert.ok(existsSync(join(FOLDER, `${name}.${width}.txt`)), `${name}.${width}.txt is missing`);
  });
  for (const file of screensOf(name)) {
    test(file, async () => {
      const drawn = await screen(read(name), file.slice(name.length + 1));
      const path = join(FOLDER, file);
      if (process.env.UPDATE_SCREENS === '1') writeFileSync(path, drawn);
      assert.equal(drawn, readFileSync(path, 'utf8'));
    });
  }
}

test('the reports that matter are there', () => {
  assert.ok(names.length >= 4, `${names.length} reports`);
  const reports = names.map(read);
  assert.ok(reports.some(isEval));
  const diffs = reports.filter((report) => !isEval(report)) as DiffReport[];
  assert.ok(diffs.some(({ load }) => load.outcome === 'refused'));
  assert.ok(diffs.some(({ summary }) => summary.verdict === 'hazard'));
});
