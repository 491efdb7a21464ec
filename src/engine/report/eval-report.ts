import { hex, hex32 } from '../../base/hex.ts';
import type { Boot } from '../boot/boot.ts';
import { smtActive } from '../boot/smt.ts';
import { bugsOf, flagsOf, vmxFlagsOf } from '../features/index.ts';
import { archCapabilitiesOffered } from '../kvm/arch-capabilities.ts';
import { supportedCpuid } from '../kvm/supported-cpuid.ts';
import type { Machine, Thread } from '../model/machine.ts';
import type { CpuReport, EvalReport, KernelReport, KvmReport } from '../model/report.ts';
import { codenameOf } from '../silicon/codename.ts';
import { cpuidOf, type Silicon } from '../silicon/silicon.ts';
import { engagedBy } from './engaged.ts';
import { sysfsRows } from './sysfs.ts';
import { unknownOf } from './unknown.ts';

function brandString(silicon: Silicon): string {
  let text = '';
  for (let leaf = 0x80000002; leaf <= 0x80000004; leaf++) {
    const registers = cpuidOf(silicon, leaf, 0);
    for (const register of ['eax', 'ebx', 'ecx', 'edx'] as const)
      for (let shift = 0; shift < 32; shift += 8) text += String.fromCharCode((registers[register] >>> shift) & 0xff);
  }
  return text.replace(/\0[\s\S]*$/, '').trim();
}

/** Who the CPU is, from the boot CPU's identification and CPUID. */
export function cpuReport(b: Boot, silicon: Silicon): CpuReport {
  const { family, model, stepping, vendorId, revision } = b.cpu;
  return {
    vendor: vendorId,
    family,
    model,
    stepping,
    signature: hex(cpuidOf(silicon, 1, 0).eax),
    name: brandString(silicon),
    codename: codenameOf(family, model, stepping, vendorId),
    // show_cpuinfo() leaves the line out where nobody read a revision.
    microcode: revision === 0 ? null : hex(revision),
  };
}

function same(one: readonly string[], other: readonly string[]): boolean {
  return one.length === other.length && one.every((name, i) => name === other[i]);
}

/** What differs from CPU 0, CPUs that differ alike in one entry. */
function otherCpus(machine: Machine, flags: readonly string[], bugs: readonly string[]): EvalReport['otherCpus'] {
  const { tables } = machine.kernel;
  const groups = new Map<string, { cpus: number[]; flags?: readonly string[]; bugs?: readonly string[]; microcode?: string }>();
  const first = machine.threads[0]!;
  for (const thread of machine.threads.slice(1)) {
    if (!thread.online) continue;
    const own = { flags: flagsOf(tables, thread.cpu), bugs: bugsOf(tables, thread.cpu), microcode: hex(thread.cpu.revision) };
    const differs = {
      ...(same(own.flags, flags) ? {} : { flags: own.flags }),
      ...(same(own.bugs, bugs) ? {} : { bugs: own.bugs }),
      ...(thread.cpu.revision === first.cpu.revision ? {} : { microcode: own.microcode }),
    };
    if (Object.keys(differs).length === 0) continue;
    const key = JSON.stringify(differs);
    const group = groups.get(key);
    if (group) group.cpus.push(thread.number);
    else groups.set(key, { cpus: [thread.number], ...differs });
  }
  return [...groups.values()];
}

function kvmReport(machine: Machine): KvmReport | null {
  const { kvm } = machine;
  if (!kvm) return null;
  const caps: Record<string, string> = {};
  const now = machine.threads[0]!.silicon;
  for (const [register, value] of Object.entries(supportedCpuid(machine.kernel, kvm, now))) caps[register] = hex32(value);
  return { module: kvm.module, caps, archCapabilities: hex(archCapabilitiesOffered(machine.kernel, kvm, now)) };
}

/**
 * Everything the kernel says of its CPUs now, as `cpueval/eval/1`.
 * @param machine a machine that has booted
 * @param kernel how near the modelled kernel is to the one asked for
 */
export function evalReport(machine: Machine, kernel: KernelReport): EvalReport {
  const b = machine.kernel;
  const first: Thread = machine.threads[0]!;
  const flags = flagsOf(b.tables, first.cpu);
  const bugs = bugsOf(b.tables, first.cpu);
  const vulnerabilities: Record<string, string> = {};
  const rows = sysfsRows(b);
  for (const row of rows) vulnerabilities[row.vulnerability.sysfs!] = row.text;
  return {
    schema: 'cpueval/eval/1',
    kernel,
    cmdline: b.spec.cmdline,
    cpu: cpuReport(b, first.silicon),
    cpuinfo: { flags, bugs, vmxFlags: vmxFlagsOf(b.tables, first.cpu) },
    otherCpus: otherCpus(machine, flags, bugs),
    vulnerabilities,
    smt: { control: (b.shared('cpu_smt_control') as string | null) ?? 'on', active: smtActive(b) },
    tainted: [...b.taints].sort(),
    kvm: kvmReport(machine),
    engaged: engagedBy(b, first.silicon),
    unknown: unknownOf(b, rows),
    log: [...b.log],
  };
}
