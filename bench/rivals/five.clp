; The five rules of five.policy for CLIPS. A line of the docket is a fact that keeps what it rests on.
(deftemplate now (slot at) (slot six-months) (slot thirty-days))
(deftemplate search (slot place) (slot id) (slot at) (slot night))
(deftemplate approval (slot place) (slot id) (slot at) (slot answer))
(deftemplate report (slot search) (slot id) (slot at))
(deftemplate review (slot search) (slot id) (slot at))
(deftemplate withdrawal (slot search) (slot id) (slot at))
(deftemplate line (slot rule) (slot of) (slot state) (slot by))

(defrule approved-first
    (search (place ?c) (id ?s) (at ?t))
    (approval (place ?c) (id ?a) (at ?when&:(< ?when ?t)) (answer ?answer))
    (not (approval (place ?c) (at ?other&:(< ?other ?t)&:(> ?other ?when))))
    =>
    (assert (line (rule approved_first) (of ?s) (state (if (eq ?answer approved) then kept else breached)) (by ?a))))

(defrule never-approved
    (search (place ?c) (id ?s) (at ?t))
    (not (approval (place ?c) (at ?when&:(< ?when ?t))))
    =>
    (assert (line (rule approved_first) (of ?s) (state breached) (by 0))))

(defrule reported
    (search (id ?s) (at ?t))
    (report (search ?s) (id ?r) (at ?when&:(> ?when ?t)))
    (not (report (search ?s) (at ?other&:(> ?other ?t)&:(< ?other ?when))))
    =>
    (assert (line (rule report_it) (of ?s) (state (if (<= ?when (+ ?t 86400)) then met else late)) (by ?r))))

(defrule not-reported
    (now (at ?now))
    (search (id ?s) (at ?t))
    (not (report (search ?s) (at ?when&:(> ?when ?t))))
    =>
    (assert (line (rule report_it) (of ?s) (state (if (<= ?now (+ ?t 86400)) then pending else overdue)) (by 0))))

(defrule reviewed
    (search (id ?s) (at ?t))
    (review (search ?s) (id ?r) (at ?when&:(> ?when ?t)))
    (not (review (search ?s) (at ?other&:(> ?other ?t)&:(< ?other ?when))))
    (not (withdrawal (search ?s) (at ?void&:(> ?void ?t)&:(< ?void ?when))))
    =>
    (assert (line (rule review_it) (of ?s) (state (if (<= ?when (+ ?t 259200)) then met else late)) (by ?r))))

(defrule withdrawn
    (search (id ?s) (at ?t))
    (withdrawal (search ?s) (id ?w) (at ?when&:(> ?when ?t)))
    (not (withdrawal (search ?s) (at ?other&:(> ?other ?t)&:(< ?other ?when))))
    (not (review (search ?s) (at ?done&:(> ?done ?t)&:(< ?done ?when))))
    =>
    (assert (line (rule review_it) (of ?s) (state (if (<= ?when (+ ?t 259200)) then void else missed)) (by ?w))))

(defrule not-reviewed
    (now (at ?now))
    (search (id ?s) (at ?t))
    (not (review (search ?s) (at ?done&:(> ?done ?t))))
    (not (withdrawal (search ?s) (at ?void&:(> ?void ?t))))
    =>
    (assert (line (rule review_it) (of ?s) (state (if (<= ?now (+ ?t 259200)) then pending else overdue)) (by 0))))

(defrule searched-often
    (now (six-months ?since))
    (search (place ?c) (id ?one) (at ?at-one&:(>= ?at-one ?since)))
    (search (place ?c) (id ?two&:(> ?two ?one)) (at ?at-two&:(>= ?at-two ?since)))
    (search (place ?c) (id ?three&:(> ?three ?two)) (at ?at-three&:(>= ?at-three ?since)))
    (not (line (rule searched_often) (of ?c)))
    =>
    (assert (line (rule searched_often) (of ?c) (state stands) (by ?three))))

(defrule at-night
    (now (thirty-days ?since))
    (search (place ?c) (id ?one) (at ?at-one&:(>= ?at-one ?since)) (night yes))
    (search (place ?c) (id ?two&:(> ?two ?one)) (at ?at-two&:(>= ?at-two ?since)) (night yes))
    (not (line (rule at_night) (of ?c)))
    =>
    (assert (line (rule at_night) (of ?c) (state stands) (by ?two))))
