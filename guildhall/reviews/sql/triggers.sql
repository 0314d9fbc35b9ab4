-- What was said stays as it was said: a review's stars and words never change, and nothing is deleted.
create schema if not exists reviews;
create or replace function reviews.refuse_rewriting() returns trigger language plpgsql as $$
begin
  raise exception 'review % is not rewritten', old.id using errcode = 'GH405';
end $$;
create or replace trigger refuse_rewriting before update on reviews_review for each row
when ((old.window_id, old.side, old.reviewer_id, old.reviewee_id, old.rating, old.comment, old.submitted_at)
  is distinct from (new.window_id, new.side, new.reviewer_id, new.reviewee_id, new.rating, new.comment, new.submitted_at)
  or (old.reply <> '' and old.reply is distinct from new.reply))
execute function reviews.refuse_rewriting();

revoke delete, truncate on reviews_review, reviews_window from guildhall_app;
