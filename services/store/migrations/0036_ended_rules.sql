-- Rules that somebody ended are looked for by point and newest first; there are few of them.
CREATE INDEX rule_ended ON rule (enterprise, valid_to DESC) WHERE ended_by IS NOT NULL;
CREATE INDEX detector_rule_ended ON detector_rule (enterprise, valid_to DESC)
    WHERE ended_by IS NOT NULL;
CREATE INDEX suppression_rule_ended ON suppression_rule (enterprise, valid_to DESC)
    WHERE ended_by IS NOT NULL;
