export declare const ANYWHERE: string[];
