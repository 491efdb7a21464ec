import assert from 'node:assert/strict';
import test from 'node:test';
import { affected, booted, LINES, line } from './support.ts';

const IMMUNE = { archCap: ['RDCL_NO'] } as const;
const OFF = 'Kernel/User page tables isolation: disabled on command line.';
const ON = 'Kernel/User page tables isolation: force enabled on command line.';

for (const l of LINES) {
  test(`${l}: everything that speculates, but for the list and RDCL_NO`, () => {
    assert.equal(affected(booted(l), 'meltdown'), true);
    assert.equal(affected(booted(l, IMMUNE), 'meltdown'), false);
    assert.equal(affected(booted(l, { model: 0x1c }), 'meltdown'), false);
    assert.equal(affected(booted(l, { vendor: 'AMD', family: 0x17 }), 'meltdown'), false);
    assert.equal(affected(booted(l, { vendor: 'CENTAUR', family: 7, model: 0x1b }), 'meltdown'), true);
  });

  test(`${l}: PTI follows bug, options and the global switch`, () => {
    assert.equal(line(booted(l), 'meltdown'), 'Mitigation: PTI');
    assert.equal(booted(l, IMMUNE).has('PTI'), false);
    for (const cmdline of ['pti=off', 'nopti', 'mitigations=off']) {
      const b = booted(l, { cmdline });
      assert.equal(line(b, 'meltdown'), 'Vulnerable', cmdline);
      assert.ok(b.log.includes(OFF));
    }
    assert.equal(booted(l, { ...IMMUNE, cmdline: 'nopti' }).log.includes(OFF), false);
    const forced = booted(l, { ...IMMUNE, cmdline: 'pti=on' });
    assert.equal(forced.has('PTI'), true);
    assert.ok(forced.log.includes(ON));
    assert.equal(booted(l, { cmdline: 'pti=on' }).log.includes(ON), false);
  });

  test(`${l}: a kernel built without page table isolation has none`, () => {
    const config = { CONFIG_PAGE_TABLE_ISOLATION: 'n', CONFIG_MITIGATION_PAGE_TABLE_ISOLATION: 'n' };
    assert.equal(line(booted(l, { config, cmdline: 'pti=on' }), 'meltdown'), 'Vulnerable');
  });
}

test('6.1: pti= goes before nopti and the global switch, auto too', () => {
  for (const cmdline of ['pti=auto nopti', 'nopti pti=on', 'pti=auto mitigations=off', 'pti=on mitigations=off'])
    assert.equal(line(booted('6.1', { cmdline }), 'meltdown'), 'Mitigation: PTI', cmdline);
  assert.equal(line(booted('6.1', { cmdline: 'pti=maybe nopti' }), 'meltdown'), 'Vulnerable');
  assert.equal(line(booted('6.1', { cmdline: 'pti=maybe' }), 'meltdown'), 'Mitigation: PTI');
  assert.equal(line(booted('6.1', { cmdline: 'pti=on pti=off' }), 'meltdown'), 'Vulnerable', 'the last one counts');
});

for (const l of ['6.12', '7.2'] as const)
  test(`${l}: of pti= and nopti the later one wins`, () => {
    assert.equal(line(booted(l, { cmdline: 'pti=on nopti' }), 'meltdown'), 'Vulnerable');
    assert.equal(line(booted(l, { cmdline: 'nopti pti=auto' }), 'meltdown'), 'Mitigation: PTI');
    const bad = booted(l, { cmdline: 'pti=maybe' });
    assert.equal(line(bad, 'meltdown'), 'Mitigation: PTI');
    assert.ok(bad.log.includes("Malformed early option 'pti'"));
    assert.ok(booted(l, { cmdline: 'pti' }).log.includes("Malformed early option 'pti'"));
  });

test('6.12: mitigations=off overrules pti=on', () => {
  assert.equal(line(booted('6.12', { cmdline: 'pti=on mitigations=off' }), 'meltdown'), 'Vulnerable');
});

test('7.2: the user to kernel vector decides, unless pti=on', () => {
  assert.equal(line(booted('7.2', { cmdline: 'mitigations=auto,no_user_kernel' }), 'meltdown'), 'Vulnerable');
  assert.equal(line(booted('7.2', { cmdline: 'mitigations=auto,no_guest_host' }), 'meltdown'), 'Mitigation: PTI');
  assert.equal(line(booted('7.2', { cmdline: 'mitigations=off pti=on' }), 'meltdown'), 'Mitigation: PTI');
});

test('from 6.12 on FRED, and in 7.2 INVLPGB, go where PTI comes', () => {
  const has = ['FRED', 'INVLPGB'];
  const b = booted('7.2', { has });
  assert.deepEqual([b.has('FRED'), b.has('INVLPGB')], [false, false]);
  const without = booted('7.2', { ...IMMUNE, has });
  assert.deepEqual([without.has('FRED'), without.has('INVLPGB')], [true, true]);
  assert.equal(booted('6.12', { has, config: { CONFIG_X86_FRED: 'y' } }).has('FRED'), false);
  // Compiled out, the flag is no business of PTI's.
  const config = { CONFIG_X86_FRED: 'n' };
  for (const l of ['6.12', '7.2'] as const) assert.equal(booted(l, { has, config }).has('FRED'), true, l);
});

test('the log tells whether page tables are isolated', () => {
  const prefix = 'Kernel/User page tables isolation: ';
  for (const l of LINES) {
    const said = (cmdline: string, one = {}): string[] =>
      booted(l, { ...one, cmdline })
        .log.filter((text) => text.startsWith(prefix))
        .map((text) => text.slice(prefix.length));
    assert.deepEqual(said(''), ['enabled']);
    assert.deepEqual(said('nopti'), ['disabled on command line.']);
    assert.deepEqual(said('pti=on', { archCap: ['RDCL_NO'] }), ['force enabled on command line.', 'enabled']);
    assert.deepEqual(said('pti=off', { archCap: ['RDCL_NO'] }), []);
  }
});
