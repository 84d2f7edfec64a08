// Package access says who may do what at a service of the ticketing system. There are three kinds of
// callers, and each route is for one of them or for everybody:
//
//	buyer    has signed on at the user service and sends its session's cookie
//	admin    is a buyer whose name is in [Guard.Admins]
//	service  is another service of the system, and sends the secret that all of them share, as
//	         Authorization: Bearer SECRET (RFC 6750)
//
// A [Guard] is asked by a service's handlers, and its errors are the problems that the caller gets:
//
//	user, err := s.guard.Buyer(r)
//	if err != nil {
//		return err // 401, and what to do next
//	}
//
// Without a secret, services trust callers on a loopback address and nobody else; so a system in one process
// needs no configuration, and one on several machines does not run open by mistake. A proxy on the same
// machine passes for such a caller, so set a secret before putting one in front.
//
// # Whose turn it is
//
// To reserve and to pay, a buyer also sends the queue's token, in the header QUEUE-TOKEN. A [QueueGate] asks the
// queue service what it is for: a [Pass] says whose it is, for which concert, and whether its turn has come. What
// is not the queue's own word (a proxy's page, a broken answer) says nothing, and then nobody is let through.
//
// The secret is compared in constant time and never written to a log or an answer.
package access
