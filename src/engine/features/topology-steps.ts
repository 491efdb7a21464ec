import type { Boot } from '../boot/boot.ts';
import type { Cpu } from '../boot/cpu.ts';
import { countSiblings, countSiblingsEarly, flagExtendedTopology, flagMultiNode } from '../boot/identify-siblings.ts';
import { parseTopology, restoreTopologyExtensions } from '../boot/identify-topology.ts';
import { flipMsrBit } from './msr-access.ts';

/*
 * Where each line reads the topology. The newer ones have one parser, run before the vendor's code; in the oldest it is
 * spread over the vendors and the end of identify_cpu().
 */

const flipOn = (b: Boot, cpu: Cpu) => (index: number, bit: number) => flipMsrBit(b, index, bit, true, cpu);

/** cpu_init_topology() and cpu_parse_topology(): before the vendor's c_early_init and c_init. */
export function topologyEarly(b: Boot, cpu: Cpu): void {
  if (b.trait('topology-domains')) parseTopology(b, cpu, flipOn(b, cpu));
}

/** What early_init_intel() and early_init_amd() of the oldest line do about it. */
export function topologyWithVendor(b: Boot, cpu: Cpu): void {
  if (b.trait('topology-domains')) return;
  if (cpu.vendor === 'INTEL') flagExtendedTopology(b, cpu);
  restoreTopologyExtensions(b, cpu, flipOn(b, cpu));
  countSiblingsEarly(b, cpu);
}

/** What init_amd(), init_hygon() and detect_ht() of the oldest line do at the end. */
export function topologyAtEnd(b: Boot, cpu: Cpu): void {
  if (b.trait('topology-domains')) return;
  if (cpu.vendor === 'AMD' || cpu.vendor === 'HYGON') flagMultiNode(b, cpu);
  if (cpu === b.cpu) countSiblings(b, cpu);
}
