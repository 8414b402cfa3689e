import type { Json } from '../api/parse';
import type { Model } from '../register/field';

const VOTINGS = ['1oo1', '1oo2', '2oo2', '2oo3'] as const;
const TRUTHS = ['true', 'false'] as const;
/** What is so or is not: a choice of two in the form. */
const YES_OR_NO = ['required', 'fitted'] as const;

/** How a loop is described, without its enterprise and tag. */
export const LOOP: Model = {
  facts: [
    { name: 'name', shape: 'text', needed: true },
    { name: 'name_en', shape: 'text' },
    { name: 'voting', shape: 'choice', needed: true, choices: VOTINGS },
    { name: 'hazard_source', shape: 'text' },
    { name: 'state_tag', shape: 'text' },
    { name: 'sil', shape: 'whole' },
    { name: 'proof_test_days', shape: 'whole' },
    { name: 'proof_tested_on', shape: 'day' },
    { name: 'required', shape: 'choice', needed: true, choices: TRUTHS, group: 'truth' },
    { name: 'fitted', shape: 'choice', needed: true, choices: TRUTHS, group: 'truth' },
    { name: 'basis', shape: 'text', rare: true },
    { name: 'description', shape: 'text', rare: true },
  ],
  lists: {
    causes: [
      { name: 'tag', shape: 'text', needed: true, label: 'input' },
      { name: 'condition', shape: 'text' },
      { name: 'limit', shape: 'number' },
      { name: 'state_tag', shape: 'text', label: 'switch_tag', rare: true },
    ],
    effects: [
      { name: 'tag', shape: 'text', needed: true, label: 'output' },
      { name: 'action', shape: 'text', needed: true },
    ],
  },
};

/** As the form has it. */
export function asTyped(loop: Json): Json {
  const words = YES_OR_NO.map((name) => [name, loop[name] === false ? 'false' : 'true'] as const);
  return { ...loop, ...Object.fromEntries(words) };
}

/** As the server has it. */
export function asSent(body: Json): Json {
  const truths = YES_OR_NO.filter((name) => name in body).map((name) => [name, body[name] === 'true'] as const);
  return { ...body, ...Object.fromEntries(truths) };
}

/** A new one is there because it has to be, with one input and one thing that it does. */
export const NEW_LOOP: Json = { voting: '1oo1', required: 'true', fitted: 'true', causes: [{}], effects: [{}] };
