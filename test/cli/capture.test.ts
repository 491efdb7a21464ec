import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { arch } from 'node:os';
import { join } from 'node:path';
import test from 'node:test';
import type { Profile } from '../../src/data/contract/profile.ts';
import { validateProfile } from '../../src/schema/validate-profile.ts';
import { foreignTree } from '../fixtures/capture/foreign-tree.ts';
import { cpueval, folder, lines, type Ran } from './run-cli.ts';

/** @returns the profile on standard output, which nothing else may stand on. */
function profileOf(ran: Ran): Profile {
  assert.equal(ran.code, 0, ran.err);
  const profile = JSON.parse(ran.out) as Profile;
  assert.deepEqual(validateProfile(profile), []);
  for (const line of lines(ran.err)) assert.match(line, /^note: /);
  return profile;
}

test('a sosreport with cpuid -r: registers, system, guests and the early-load image; what is missing is named', (t) => {
  const { path } = folder(t);
  foreignTree(path, true);
  const ran = cpueval(['capture', '--root', path]);
  const profile = profileOf(ran);
  assert.equal(profile.id, 'web-host-1');
  assert.equal(profile.partial, undefined);
  assert.equal(profile.microcode.revision, '0xc6');
  assert.deepEqual(profile.system?.guests, [{ name: 'web-1', model: 'host-model' }]);
  assert.equal(profile.system?.earlyMicrocode, '0xf0');
  assert.equal(profile.system?.config?.CONFIG_MICROCODE_LATE_LOADING, 'y');
  assert.match(ran.err, /CPUID comes from the output of cpuid -r/);
  assert.match(ran.err, /MSRs are not read/);
  assert.doesNotMatch(ran.out + ran.err, /52:54:00/);
});

test('a tree with names only gives a partial profile, which eval takes', (t) => {
  const { path } = folder(t);
  foreignTree(path, false);
  const ran = cpueval(['capture', '--root', path]);
  assert.equal(profileOf(ran).partial, true);
  assert.match(ran.err, /CPUID comes from the flags in \/proc\/cpuinfo/);
  const evaluated = cpueval(['eval', '--profile', '-', '--json'], ran.out);
  assert.equal(evaluated.code, 0, evaluated.err);
  assert.equal((JSON.parse(evaluated.out) as { cpu: { microcode: string } }).cpu.microcode, '0xc6');
});

test('--anonymous names neither host nor guests; --quiet says nothing; --json changes nothing', (t) => {
  const { path } = folder(t);
  foreignTree(path, true);
  const hidden = cpueval(['capture', '--root', path, '--anonymous']);
  profileOf(hidden);
  assert.doesNotMatch(hidden.out, /web-/);
  const quiet = cpueval(['--quiet', 'capture', '--root', path]);
  assert.deepEqual([quiet.code, quiet.err], [0, '']);
  assert.equal(cpueval(['capture', '--root', path, '--json']).out, cpueval(['capture', '--root', path]).out);
});

test('-o writes the whole file or none', (t) => {
  const tree = folder(t);
  foreignTree(tree.path, true);
  const out = folder(t);
  const file = out.write('host.json', 'before');
  const ran = cpueval(['capture', '--root', tree.path, '-o', file]);
  assert.deepEqual([ran.code, ran.out], [0, '']);
  assert.deepEqual(validateProfile(JSON.parse(readFileSync(file, 'utf8'))), []);
  assert.deepEqual(readdirSync(out.path), ['host.json']);
  const bad = cpueval(['capture', '--root', tree.path, '-o', join(out.path, 'none/host.json')]);
  assert.equal(bad.code, 2);
});

test('folders that are no machine, and words that are no folder, end with 2', (t) => {
  const { path, write } = folder(t);
  const empty = cpueval(['capture', '--root', path]);
  assert.equal(empty.code, 2);
  assert.equal(empty.out, '');
  assert.ok(empty.err.includes(path) && /proc\/cpuinfo/.test(empty.err), empty.err);
  for (const root of [write('file', ''), join(path, 'none'), '']) {
    const ran = cpueval(['capture', '--root', root]);
    assert.equal(ran.code, 2, root);
    assert.match(ran.err, /--root takes a folder/);
  }
});

const LIVE = arch() === 'x64' && existsSync('/proc/cpuinfo') && /^flags\s*:/m.test(readFileSync('/proc/cpuinfo', 'utf8'));

test('--profile live captures on the fly', { skip: LIVE ? false : 'this machine is no x86 Linux' }, () => {
  const captured = profileOf(cpueval(['capture']));
  const evaluated = cpueval(['eval', '--profile', 'live', '--json']);
  assert.equal(evaluated.code, 0, evaluated.err);
  const report = JSON.parse(evaluated.out) as { cpu: { microcode: string | null; vendor: string } };
  // A machine that hides its revision (a guest) has none to report.
  assert.equal(report.cpu.microcode, captured.microcode.unknown === true ? null : captured.microcode.revision);
  const own = /^vendor_id\s*: (\S+)/m.exec(readFileSync('/proc/cpuinfo', 'utf8'))?.[1];
  assert.equal(report.cpu.vendor, own);
});
