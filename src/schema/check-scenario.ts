import { checkBlob } from './check-blob.ts';
import { checkProfile } from './check-profile.ts';
import type { Finding } from './finding.ts';
import { field, itemsOf } from './loose.ts';

/**
 * What a schema cannot say about a scenario.
 * @param scenario any value; a profile or blob that stands inside is checked like one of its own
 */
export function checkScenario(scenario: unknown): Finding[] {
  const blobs = [field(scenario, 'blob'), ...itemsOf(field(scenario, 'events')).map((event) => field(event, 'blob'))];
  const inside = blobs.flatMap((blob, index) => (typeof blob === 'object' ? checkBlob(blob, index === 0 ? ['blob'] : ['events', index - 1, 'blob']) : []));
  const loads = itemsOf(field(scenario, 'events')).findIndex(
    (event, index) => field(event, 'type') === 'microcode-late-load' && blobs[index + 1] === undefined,
  );
  const nothingToLoad = loads >= 0 && blobs[0] === undefined;
  return [
    ...checkProfile(field(scenario, 'profile'), ['profile']),
    ...inside,
    ...(nothingToLoad ? [{ code: 'missing-key', steps: ['blob'], expected: `a value (events[${loads}] loads an update)`, got: 'nothing' }] : []),
  ];
}
