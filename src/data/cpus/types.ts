/** A range of models (and steppings) that share a code name. In a list the first row that matches counts. */
export interface CpuRow {
  readonly family: number;
  /** First and last model of the range. */
  readonly models: readonly [from: number, to: number];
  /** First and last stepping, or null for all. */
  readonly steppings: readonly [from: number, to: number] | null;
  /** What people call the part. Where one number covers several products, all of them, parted by slashes. */
  readonly codename: string;
  /** Core design; for a hybrid both, the large one first. */
  readonly core: string;
  /** Intel: name in asm/intel-family.h without INTEL_, or null. */
  readonly macro?: string | null;
}
