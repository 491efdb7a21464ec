import type { EventRule } from './event.ts';
import { kvmUnload } from './kvm.ts';

export const kvmUnloadEvent: EventRule = {
  type: 'kvm-unload',
  happen(machine) {
    const module = machine.kvm?.module ?? '';
    const happened = kvmUnload(machine);
    return happened.refused ? happened : { ...happened, findings: [{ code: 'kvm-unloaded', args: { module } }] };
  },
};
