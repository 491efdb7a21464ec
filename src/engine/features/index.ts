export { zenbleedCheck } from './amd-zen.ts';
export { bugsOf, flagsOf, printable, vmxFlagsOf } from './cpuinfo.ts';
export { earlyIdentify } from './early-identify.ts';
export { featureEnabled } from './enabled.ts';
export { afterCopy, finishBoot } from './finish-boot.ts';
export { capsNow } from './get-cpu-cap.ts';
export { identifyBootCpu, identifySecondary } from './identify.ts';
export { parseCpuParameters } from './parameters.ts';
