//! The changes that a proxy makes in front of the real server: planted faults, and what an honest server may do.

/// One change of the proxy.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Change {
    /// The first read after a capture shows the payment as before.
    StaleCache,
    /// `amount_received` is one read late.
    LaggingField,
    /// No event says that a hold expired.
    NoExpiryEvent,
    /// The second share of a reversal is rounded down.
    ReversalsRoundDown,
    /// A fee is refunded beyond the whole.
    FeeRefundTooMuch,
    /// The third capture adds one unit too much.
    ThirdCaptureOffByOne,
    /// A second answer to a challenge undoes the first one.
    SecondChallengeAnswer,
    /// A key of one account answers another account.
    KeysForgetAccounts,
    /// A last capture that is smaller than an earlier one does not close the hold.
    SmallLastCaptureStaysOpen,
    /// The event of a capture comes before that of the authorization.
    EventsSwap,
    /// The snapshot of a capture shows nothing as captured.
    SnapshotWithoutCapture,
    /// The amount refunded before is one unit too high.
    PreviousValueOff,
    /// No event says that a charge was refunded.
    NoRefundEvent,
    /// The net amount of a balance transaction ignores the fee.
    NetWithoutFee,
    /// The balance transaction of a refund is positive.
    RefundPostedPositive,
    /// The platform sees the payments of connected accounts by id.
    PaymentsOfAccountsLeak,
    /// A session that is expired twice is open again.
    SessionReopens,
    /// Balance transactions in yen have two decimals.
    YenWithDecimals,
    /// A canceled SetupIntent still waits for a method.
    SetupStaysOpen,
    /// A bank debit is shown as succeeded while the bank still decides.
    DebitSucceedsEarly,
    /// The client secret differs from read to read.
    SecretChanges,
    /// The page after the last item shows the first page again.
    LastPageRepeats,
    /// A used key with another request is answered 409.
    UsedKeysConflict,
    /// The repetition of a refund under its key shows another time.
    RepeatedRefundsDiffer,
    /// The balance transaction of a refund has the type `charge`.
    RefundPostedAsCharge,
    /// The balance transaction of a refund has a fee.
    RefundPostedWithFee,
    /// Of a fee or transfer that goes back whole, one unit stays.
    FullReturnsKeepOne,
    /// A reversal of more than the rest is answered 409.
    TooLargeReversalsConflict,
    /// A reversal of more than the rest is answered 500.
    TooLargeReversalsFail,
    /// A fourth capture is refused.
    FourthCaptureRefused,
    /// The payment status of a session is `pending`, a word that sessions do not have.
    SessionWaits,
    /// Reads of sessions are answered 500.
    SessionsFail,
    /// Refunds under a key are answered 500.
    KeyedRefundsFail,
    /// A capture of a captured payment is answered 500.
    SecondCapturesFail,
    /// A captured charge is not delivered.
    DeliveriesAreLost,
    /// A digit of each signature is wrong.
    SignaturesAreWrong,
    /// The snapshot of a capture is delivered with one unit more than the list shows.
    SnapshotsDiffer,
    /// A previous value is delivered otherwise than the list shows it.
    DeliveredBeforeDiffers,
    /// A delivery that is answered 500 is not attempted again.
    NoFurtherAttempts,
    /// A delivery that is answered with a redirection is not attempted again.
    RedirectionsCount,
    /// No fault (HOOK-1): the event of a creation is delivered after that of the capture.
    DeliveriesOvertake,
    /// No fault: deliveries take their time.
    DeliveriesAreSlow,
    /// No fault (HOOK-1): each event is delivered twice.
    DeliveredTwice,
    /// No fault: the sum of the shares of a fee is rounded, not each share.
    FeeSharesBySum,
    /// No fault: a page has at most three items, however many are requested.
    CappedPages,
    /// No fault: balance transactions are in Swedish crowns, with eleven of them for one.
    ForeignBalance,
    /// No fault: the test helpers refuse after the first uses.
    HelpersRefuse,
    /// No fault: there are no test helpers, as at the provider.
    NoHelpers,
}

impl Change {
    /// Returns whether the change concerns deliveries.
    pub(super) const fn is_of_deliveries(self) -> bool {
        matches!(
            self,
            Self::DeliveriesAreLost
                | Self::SignaturesAreWrong
                | Self::SnapshotsDiffer
                | Self::DeliveredBeforeDiffers
                | Self::NoFurtherAttempts
                | Self::RedirectionsCount
                | Self::DeliveriesOvertake
                | Self::DeliveriesAreSlow
                | Self::DeliveredTwice
        )
    }
}
