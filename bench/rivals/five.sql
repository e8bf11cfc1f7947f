-- The five rules of five.policy in plain SQL. Parameters: ?1 now, ?2 where six months begin, ?3 where thirty days begin.
-- A line of the docket is a row that keeps what it rests on. Statements are run one after the other.

INSERT INTO line
SELECT 'approved_first', s.id, CASE WHEN a.answer = 1 THEN 'kept' ELSE 'breached' END, coalesce(a.id, 0)
FROM search s LEFT JOIN approval a
  ON a.id = (SELECT id FROM approval WHERE place = s.place AND at < s.at ORDER BY at DESC LIMIT 1);

INSERT INTO line
SELECT 'report_it', s.id,
       CASE WHEN r.id IS NULL THEN CASE WHEN ?1 <= s.at + 86400 THEN 'pending' ELSE 'overdue' END
            WHEN r.at <= s.at + 86400 THEN 'met' ELSE 'late' END, coalesce(r.id, 0)
FROM search s LEFT JOIN report r
  ON r.id = (SELECT id FROM report WHERE search = s.id AND at > s.at ORDER BY at LIMIT 1);

INSERT INTO line
SELECT 'review_it', s.id,
       CASE WHEN r.id IS NULL AND w.id IS NULL THEN CASE WHEN ?1 <= s.at + 259200 THEN 'pending' ELSE 'overdue' END
            WHEN w.id IS NULL OR r.at < w.at THEN CASE WHEN r.at <= s.at + 259200 THEN 'met' ELSE 'late' END
            ELSE CASE WHEN w.at <= s.at + 259200 THEN 'void' ELSE 'missed' END END,
       CASE WHEN w.id IS NULL OR r.at < w.at THEN coalesce(r.id, 0) ELSE w.id END
FROM search s
LEFT JOIN review r ON r.id = (SELECT id FROM review WHERE search = s.id AND at > s.at ORDER BY at LIMIT 1)
LEFT JOIN withdrawal w ON w.id = (SELECT id FROM withdrawal WHERE search = s.id AND at > s.at ORDER BY at LIMIT 1);

INSERT INTO line
SELECT 'searched_often', place, 'stands', max(id) FROM search WHERE at >= ?2 GROUP BY place HAVING count(*) >= 3;

INSERT INTO line
SELECT 'at_night', place, 'stands', max(id) FROM search WHERE at >= ?3 AND night = 1 GROUP BY place HAVING count(*) >= 2;
