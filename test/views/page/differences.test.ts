import assert from 'node:assert/strict';
import test from 'node:test';
import type { DiffRows, FeatureRow, SiliconRow } from '../../../src/engine/model/report.ts';
import { namesOf } from '../../../src/views/page/differences.ts';

const SILICON: SiliconRow = { ref: 'msr:10a[7]', name: 'TSX_CTRL_MSR', before: false, after: true, noticedByKernel: false, blindSpot: null };

function feature(name: string, ref: string, silicon: FeatureRow['silicon']): FeatureRow {
  const cause = { ref, before: '0', after: '1' };
  return {
    name,
    silicon,
    before: true,
    reported: true,
    afterReboot: false,
    noticedByKernel: true,
    verdict: 'equivalent',
    causes: [cause],
    chain: [],
    unknown: [],
    confidence: 'high',
  };
}

function rows(features: readonly FeatureRow[]): DiffRows {
  return { silicon: [SILICON], features, bugs: [], vulnerabilities: [], snapshots: [], guests: [] };
}

test('a bit has the name of the flag that it is, not of one that goes because of it', () => {
  const nameOf = namesOf(
    rows([feature('rtm', 'msr:10a[7]', { before: true, after: true }), feature('md_clear', 'cpuid:7.0.edx[10]', { before: false, after: true })]),
  );
  assert.equal(nameOf('msr:10a[7]'), 'tsx_ctrl_msr');
  assert.equal(nameOf('cpuid:7.0.edx[10]'), 'md_clear');
});

test('a bit without a row of its own still has a name, and what is unknown stays as it is', () => {
  const nameOf = namesOf(rows([]));
  assert.equal(nameOf('cpuid:7.0.ebx[11]'), 'rtm');
  assert.equal(nameOf('cleared:cpuid:7.0.ebx[11]'), 'rtm (cleared)');
  assert.equal(nameOf('choice:taa'), 'taa');
  assert.equal(nameOf('msr:deadbeef[3]'), 'msr:deadbeef[3]');
});
