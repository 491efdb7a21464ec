import assert from 'node:assert/strict';
import test from 'node:test';
import fc from 'fast-check';
import { acquire, countOf, type Holds, NO_HOLDS, release } from '../../../src/engine/inhibitors/holds.ts';

test('a holder counts what it takes and gives it back once each', () => {
  const twice = acquire(acquire(NO_HOLDS, 'kvm-module', 'kvm_intel'), 'kvm-module', 'kvm_intel');
  assert.equal(countOf(twice, 'kvm-module'), 2);
  const once = release(twice, 'kvm-module', 'kvm_intel');
  assert.deepEqual([once.dropped, countOf(once.holds, 'kvm-module', 'kvm_intel')], [true, 1]);
  const none = release(once.holds, 'kvm-module', 'kvm_intel');
  assert.deepEqual([none.dropped, none.holds.size], [true, 0]);
  assert.deepEqual(release(none.holds, 'kvm-module', 'kvm_intel'), { holds: none.holds, dropped: false });
  assert.equal(countOf(twice, 'kvm-module'), 2, 'earlier holds stay as they were');
});

test('guests that go leave the module held', () => {
  const both = acquire(acquire(NO_HOLDS, 'kvm-module', 'kvm_intel'), 'running-guests', 'web-1');
  const { holds } = release(both, 'running-guests', 'web-1');
  assert.deepEqual([countOf(holds, 'running-guests'), countOf(holds, 'kvm-module')], [0, 1]);
});

const name = fc.constantFrom('a', 'b', 'c');
const step = fc.record({ take: fc.boolean(), id: name, holder: name });

test('whatever is taken and dropped, no count goes below zero, and each is what was taken less what was dropped', () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
      let holds: Holds = NO_HOLDS;
      const model = new Map<string, number>();
      for (const { take, id, holder } of steps) {
        const key = `${id} ${holder}`;
        const count = model.get(key) ?? 0;
        if (take) holds = acquire(holds, id, holder);
        else {
          const gone = release(holds, id, holder);
          assert.equal(gone.dropped, count > 0);
          holds = gone.holds;
        }
        model.set(key, take ? count + 1 : Math.max(0, count - 1));
        for (const [known, expected] of model) {
          const [one, other] = known.split(' ') as [string, string];
          assert.equal(countOf(holds, one, other), expected);
        }
        for (const of of holds.values()) for (const held of of.values()) assert.ok(held > 0);
      }
    }),
  );
});
