import Synchronization

/// The profiles that `codec.json` may name: JPEG's, H.264's, and those that a program adds.
public enum ProfileRegistry {
  private static let types = Mutex<[String: any Profile.Type]>([
    JPEGProfile.name: JPEGProfile.self, AVCProfile.name: AVCProfile.self,
  ])

  /// Makes a profile known by its name, from any thread; a second time changes nothing.
  ///
  /// - Parameter type: the profile.
  /// - Precondition: no other type has the name.
  public static func register(_ type: (some Profile).Type) {
    types.withLock { types in
      let known = types[type.name]
      precondition(
        known.map { ObjectIdentifier($0) == ObjectIdentifier(type) } ?? true,
        "two profiles are called \(type.name)")
      types[type.name] = type
    }
  }

  /// The profile of a name.
  static func type(named name: String) -> (any Profile.Type)? { types.withLock { $0[name] } }
}
