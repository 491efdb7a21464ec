import assert from 'node:assert/strict';
import test from 'node:test';
import fc from 'fast-check';
import type { DiffReport, EvalReport } from '../../src/engine/model/report.ts';
import { asCpuinfo } from '../../src/views/as-cpuinfo.ts';
import { asSysfs } from '../../src/views/as-sysfs.ts';
import { explainDiff } from '../../src/views/explain.ts';
import { reportJson, wordedDiff } from '../../src/views/json.ts';
import { renderDiff, renderEval } from '../../src/views/render.ts';
import { diffTable } from '../../src/views/table/diff-table.ts';
import { evalTable } from '../../src/views/table/eval-table.ts';
import { textWidth } from '../../src/views/table/width.ts';
import { diffOf, evalOf, isEval, names, read } from './fixtures.ts';

/* Texts of profiles and updates are somebody else's: whatever they hold, a screen keeps its width and its characters. */

const NASTY = [
  '\u001b[31m',
  '\u009b2J',
  '\n\n',
  '\r',
  '\u202e',
  '漢字かな',
  '👩‍👩‍👧',
  'e\u0301\u0301\u0301',
  '<script>alert(1)</script>',
  '|',
  '`',
  '\\',
  '',
  '   ',
  '\u0000',
  '[a](javascript:b)',
  '\ud800',
  'x'.repeat(300),
  'toString',
  '__proto__',
];

const text = fc.oneof(
  fc.constantFrom(...NASTY),
  fc.string({ unit: 'binary', maxLength: 60 }),
  fc.string({ unit: 'grapheme', maxLength: 60 }),
  fc.lorem({ maxCount: 30 }),
);

/** Puts strange texts into a report, here and there or everywhere; keys of maps too. */
function disturb(value: unknown, texts: readonly string[], every: number): unknown {
  let at = 0;
  const next = (own: string): string => (++at % every === 0 ? texts[at % texts.length]! : own);
  const walk = (one: unknown, inMap: boolean): unknown => {
    if (typeof one === 'string') return next(one);
    if (Array.isArray(one)) return one.map((item) => walk(item, false));
    if (one === null || typeof one !== 'object') return one;
    return Object.fromEntries(
      Object.entries(one).map(([key, item]) => [inMap ? next(key) : key, key === 'schema' ? item : walk(item, key === 'caps' || key === 'vulnerabilities')]),
    );
  };
  return walk(value, false);
}

const strange = fc.record({
  name: fc.constantFrom(...names),
  texts: fc.array(text, { minLength: 1, maxLength: 8 }),
  every: fc.integer({ min: 1, max: 5 }),
  width: fc.integer({ min: 40, max: 220 }),
  all: fc.boolean(),
});

const RAW = /[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff]/;

function assertScreen(drawn: string, width: number): void {
  for (const line of drawn.split('\n')) assert.ok(textWidth(line) <= width, `${textWidth(line)} > ${width}: ${line}`);
  assert.ok(!RAW.test(drawn), `raw control character in ${JSON.stringify(drawn)}`);
}

test('tables and trees keep their width and let no control character through', () => {
  fc.assert(
    fc.property(strange, ({ name, texts, every, width, all }) => {
      const report = disturb(read(name), texts, every);
      const options = { width, colour: false, all, only: null };
      if (isEval(report)) return assertScreen(evalTable(report as EvalReport, options), width);
      assertScreen(diffTable(report as DiffReport, options), width);
      assertScreen(explainDiff(report as DiffReport, null, options), width);
    }),
    { numRuns: 150 },
  );
});

test('with colour nothing but whole SGR codes is added', () => {
  fc.assert(
    fc.property(strange, ({ name, texts, every, width, all }) => {
      const report = disturb(read(name), texts, every);
      const draw = (colour: boolean): string =>
        isEval(report) ? evalTable(report, { width, colour, all }) : diffTable(report as DiffReport, { width, colour, all, only: null });
      assert.equal(
        draw(true)
          .replace(/\u001b\[\d+m/g, '')
          .replace(/ +$/gm, ''),
        draw(false),
      );
    }),
    { numRuns: 60 },
  );
});

const TAG =
  /^<(?:!DOCTYPE html|\/?(?:html|head|body|title|style|h1|h2|p|div|table|caption|thead|tbody|tr|td|code|span|th)|(?:html lang|meta charset|meta name|p class|div class|table id|span class|th scope)="[^"<>]*"(?: content="[^"<>]*")?)>/;

test('HTML: no text becomes markup', async () => {
  await fc.assert(
    fc.asyncProperty(strange, async ({ name, texts, every, width, all }) => {
      const report = disturb(read(name), texts, every);
      const options = { width, colour: false, all, only: null };
      const page = isEval(report) ? await renderEval(report, 'html', options) : await renderDiff(report as DiffReport, 'html', options);
      for (let at = page.indexOf('<'); at >= 0; at = page.indexOf('<', at + 1)) assert.match(page.slice(at, at + 200), TAG);
      assert.ok(!RAW.test(page));
      assert.ok(!/<script|javascript:[^<]*"/i.test(page));
    }),
    { numRuns: 60 },
  );
});

test('Markdown: every row of a table has the cells of its head, and no tag but <br>', async () => {
  await fc.assert(
    fc.asyncProperty(strange, async ({ name, texts, every, width, all }) => {
      const report = disturb(read(name), texts, every);
      const options = { width, colour: false, all, only: null };
      const page = isEval(report) ? await renderEval(report, 'markdown', options) : await renderDiff(report as DiffReport, 'markdown', options);
      let cells = 0;
      for (const line of page.split('\n')) {
        assert.ok(!line.replaceAll('<br>', '').includes('<'), line);
        if (!line.startsWith('| ')) cells = 0;
        else {
          const own = line.replace(/\\./g, '').split('|').length;
          if (cells > 0) assert.equal(own, cells, line);
          cells = own;
        }
      }
      assert.ok(!RAW.test(page));
    }),
    { numRuns: 60 },
  );
});

test('JSON: the same value comes back, and a terminal sees no control character', () => {
  fc.assert(
    fc.property(strange, ({ name, texts, every }) => {
      const report = disturb(read(name), texts, every);
      const json = reportJson(report);
      assert.deepEqual(JSON.parse(json), JSON.parse(JSON.stringify(report)));
      assert.ok(!RAW.test(json));
    }),
    { numRuns: 60 },
  );
});

test('what the kernel prints keeps its lines', () => {
  const report = evalOf(names.find((name) => isEval(read(name)))!);
  const evil = { ...report, cpu: { ...report.cpu, name: 'a\u001b[2Jb\nprocessor\t: 7' }, vulnerabilities: { mds: 'Mitigation\n/sys/x:y' } };
  assert.equal(asCpuinfo(evil).match(/^processor/gm)?.length, 1 + report.otherCpus.flatMap(({ cpus }) => cpus).length);
  assert.equal(asSysfs(evil), '/sys/devices/system/cpu/vulnerabilities/mds:Mitigation\\n/sys/x:y\n');
});

test('reasons get their sentence in JSON, in the order of the contract', () => {
  const [reason] = wordedDiff(diffOf('refused-not-built')).load.reasons;
  assert.deepEqual(Object.keys(reason!), ['code', 'enforcedBy', 'text', 'hard', 'args']);
  assert.equal(reason!.text, 'This kernel is built without CONFIG_MICROCODE_LATE_LOADING.');
});
