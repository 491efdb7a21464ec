import type { Machine } from '../engine/model/machine.ts';
import type { Session } from './session.ts';

/** @returns the machine as its first boot left it: for what never changes (its name), and for where it began. */
export function bootedOn(session: Session | null): Machine | null {
  return session?.steps.find(({ machine }) => machine !== null)?.machine ?? null;
}
