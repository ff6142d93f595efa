// The types of skeleton.js, which has to be plain JavaScript: it runs before anything is built.
export type SkeletonOptions = {
  readonly columns: number;
  readonly rows: number;
  readonly nick?: string;
};
export declare const enterModes: string;
export declare const leaveModes: string;
export declare function skeletonRows(options: SkeletonOptions): string[];
export declare function skeletonFrame(options: SkeletonOptions): string;
export declare function showSkeleton(
  host: NodeJS.Process,
  nick?: string,
): { columns: number; rows: number; screen: string[]; release: () => void };
