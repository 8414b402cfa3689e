-- What somebody of an enterprise is there for, beside the role: data, which grants nothing.
ALTER TABLE app_user
    ADD COLUMN duties text[] NOT NULL DEFAULT '{}',
    ADD CONSTRAINT app_user_duties_check CHECK (role = 'enterprise' OR duties = '{}');
