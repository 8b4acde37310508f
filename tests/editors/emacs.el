;;; -*- lexical-binding: t -*-
;; Does in Emacs what a user does, and writes diagnostics, actions and messages to $RESULT as JSON for test_emacs.py.

(require 'cl-lib)
(require 'json)

(defvar shown-messages nil)
(defvar offered-actions nil)
(defvar first-diagnostics nil)
(defvar run-text "")
(defvar test-options (json-parse-string (getenv "OPTIONS") :object-type 'plist))

(advice-add 'message :after
            (lambda (format &rest arguments)
              (when format (push (apply #'format-message format arguments) shown-messages))))

(defun diagnostics ()
  (mapcar (lambda (each)
            (list :line (line-number-at-pos (flymake-diagnostic-beg each))
                  :text (substring-no-properties (flymake-diagnostic-text each))))
          (flymake-diagnostics)))

(defun finish (problem)
  (let ((coding-system-for-write 'utf-8))
    (with-temp-file (getenv "RESULT")
      (let ((found (list :problem problem
                        :diagnostics (vconcat first-diagnostics)
                        :diagnostics_at_end (with-current-buffer "counters.go" (vconcat (diagnostics)))
                        :actions (vconcat offered-actions)
                        :run (substring-no-properties run-text)
                        :rule (if (get-buffer "*modgo rule*")
                                  (with-current-buffer "*modgo rule*" (buffer-string))
                                "")
                        :messages (vconcat (reverse shown-messages))
                        :text (with-current-buffer "counters.go"
                                (buffer-substring-no-properties (point-min) (point-max))))))
        (insert (json-encode found)))))
  (let ((kill-emacs-query-functions nil) (confirm-kill-processes nil))
    (set-buffer-modified-p nil)
    (kill-emacs 0)))

(defmacro wait-for (what condition)
  `(let ((end (+ (float-time) 180)))
     (while (not ,condition)
       (when (> (float-time) end)
         (finish (format "timed out: %s; %S" ,what (diagnostics))))
       ;; Not sit-for, which returns at once if there is input, such as a change of a watched file.
       (accept-process-output nil 0.05))))

(defun diagnostic (text)
  (cl-find-if (lambda (each) (string-match-p (regexp-quote text) (plist-get each :text))) (diagnostics)))

(defun logged (text)
  (cl-some (lambda (each) (string-match-p (regexp-quote text) each)) shown-messages))

(defun run-steps ()
  (condition-case problem
      (with-current-buffer "counters.go"
        (wait-for "the server" (eglot-current-server))
        (cl-loop for text across (plist-get test-options :findings)
                 do (wait-for text (diagnostic text)))
        (setq first-diagnostics (diagnostics))
        ;; Goes to the diagnostic, and chooses the registration in the menu of code actions.
        (goto-char (point-min))
        (forward-line (1- (plist-get (diagnostic (elt (plist-get test-options :findings) 0)) :line)))
        (search-forward "Take")
        (backward-char 2)
        (cl-letf (((symbol-function 'completing-read)
                   (lambda (_prompt choices &rest _)
                     (setq offered-actions (mapcar #'car choices))
                     (cl-find (plist-get test-options :action) offered-actions :test #'string=)))
                  (last-nonmenu-event t))
          (call-interactively #'eglot-code-actions))
        (wait-for "the diagnostic is gone" (not (diagnostic (elt (plist-get test-options :findings) 0))))
        (call-interactively #'modgo-build)
        (wait-for "the build" (logged "Modgo: built"))
        (modgo-run "add" "[\"n\", 1, 10]")
        (wait-for "the result of the call" (logged "Modgo: add → "))
        (setq run-text (with-current-buffer "*modgo run*" (buffer-string)))
        (modgo-rule "mg101")
        (modgo-test)
        (wait-for "the tests" (logged " passed"))
        (modgo-run "nobody" "")
        (wait-for "what is wrong with the call" (logged "nobody"))
        (modgo-sample "take")
        (wait-for "the sample" (get-buffer "take.record.json"))
        (finish nil))
    (error (finish (format "%S" problem)))))

(defun begin ()
  ;; A timer can also run while something else waits, such as eglot for a response. What such a timer runs is aborted when
  ;; the response arrives, so this must not run in it.
  (let ((frames (mapcar #'cadr (backtrace-frames))))
    (if (and (eq (car (last frames)) 'timer-event-handler)
             (= 1 (cl-count 'timer-event-handler frames)))
        (run-steps)
      (run-with-timer 0.1 nil #'begin))))

;; After the command loop has started.
(run-with-timer 0.5 nil #'begin)
