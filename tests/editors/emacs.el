;;; -*- lexical-binding: t -*-
;; What a user does in Emacs, step by step; what was seen is written to $SEEN as JSON.
;; Not for: judging it (test_emacs.py), or setting up modgo (docs/editors/emacs.el, in the user's init file).

(require 'cl-lib)
(require 'json)

(defvar seen-messages nil)
(defvar seen-actions nil)
(defvar seen-first nil)
(defvar wanted (json-parse-string (getenv "WANTED") :object-type 'plist))

(advice-add 'message :after
            (lambda (format &rest arguments)
              (when format (push (apply #'format-message format arguments) seen-messages))))

(defun diagnostics ()
  (mapcar (lambda (each)
            (list :line (line-number-at-pos (flymake-diagnostic-beg each))
                  :text (substring-no-properties (flymake-diagnostic-text each))))
          (flymake-diagnostics)))

(defun finish (problem)
  (let ((coding-system-for-write 'utf-8))
    (with-temp-file (getenv "SEEN")
      (let ((told (list :problem problem
                        :diagnostics (vconcat seen-first)
                        :diagnostics_at_end (with-current-buffer "counters.go" (vconcat (diagnostics)))
                        :actions (vconcat seen-actions)
                        :messages (vconcat (reverse seen-messages))
                        :text (with-current-buffer "counters.go"
                                (buffer-substring-no-properties (point-min) (point-max))))))
        (insert (json-encode told)))))
  (let ((kill-emacs-query-functions nil) (confirm-kill-processes nil))
    (set-buffer-modified-p nil)
    (kill-emacs 0)))

(defmacro wait-for (what condition)
  `(let ((end (+ (float-time) 180)))
     (while (not ,condition)
       (when (> (float-time) end)
         (finish (format "did not come: %s; %S" ,what (diagnostics))))
       ;; Not sit-for: where input waits, as when a watched file changes, it would not wait.
       (accept-process-output nil 0.05))))

(defun found (words)
  (cl-find-if (lambda (each) (string-match-p (regexp-quote words) (plist-get each :text))) (diagnostics)))

(defun said (words)
  (cl-some (lambda (each) (string-match-p (regexp-quote words) each)) seen-messages))

(defun go-on ()
  (condition-case problem
      (with-current-buffer "counters.go"
        (wait-for "the server" (eglot-current-server))
        (cl-loop for words across (plist-get wanted :findings)
                 do (wait-for words (found words)))
        (setq seen-first (diagnostics))
        ;; Point goes to the finding, and the menu of actions is answered with the registration.
        (goto-char (point-min))
        (forward-line (1- (plist-get (found (elt (plist-get wanted :findings) 0)) :line)))
        (search-forward "Take")
        (backward-char 2)
        (cl-letf (((symbol-function 'completing-read)
                   (lambda (_prompt choices &rest _)
                     (setq seen-actions (mapcar #'car choices))
                     (cl-find (plist-get wanted :action) seen-actions :test #'string=)))
                  (last-nonmenu-event t))
          (call-interactively #'eglot-code-actions))
        (wait-for "the end of the finding" (not (found (elt (plist-get wanted :findings) 0))))
        (call-interactively #'modgo-build)
        (wait-for "the build" (said "Modgo: built"))
        (modgo-run "add" "[\"n\", 1, 10]")
        (wait-for "the result of the call" (said "Modgo: result"))
        (modgo-run "nobody" "")
        (wait-for "what is wrong with the call" (said "nobody"))
        (modgo-sample "take")
        (wait-for "the sample" (get-buffer "take.record.json"))
        (finish nil))
    (error (finish (format "%S" problem)))))

(defun begin ()
  ;; Timers also run while something else waits, as eglot does for an answer, and what such a timer began is
  ;; left, unfinished, when that comes.
  (let ((frames (mapcar #'cadr (backtrace-frames))))
    (if (and (eq (car (last frames)) 'timer-event-handler)
             (= 1 (cl-count 'timer-event-handler frames)))
        (go-on)
      (run-with-timer 0.1 nil #'begin))))

;; After the command loop has begun, as a user would.
(run-with-timer 0.5 nil #'begin)
