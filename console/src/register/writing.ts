/** What a desk of the register writes: a new record, a change of the one that is open, or what else it
 * knows; null: nothing. */
export type Writing = 'new' | 'change' | 'derived' | 'limit' | null;
